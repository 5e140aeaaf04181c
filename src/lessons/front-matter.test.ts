import { describe, expect, it } from 'vitest';
import { lessonFrontMatterSchema } from '../contracts/lesson.ts';
import { parseFrontMatter, splitFrontMatter } from './front-matter.ts';

const parse = (...lines: string[]) => parseFrontMatter('l.md', lines.join('\n'), lessonFrontMatterSchema);
const good = ['title: T', 'summary: S', 'minutes: 5'];

describe('splitFrontMatter', () => {
  it('keeps the lines of both parts', () => {
    expect(splitFrontMatter('l.md', '---\na: 1\n---\n\n## x')).toEqual({
      yaml: 'a: 1',
      markdown: '\n## x',
      markdownLine: 4,
    });
  });

  it('reads files with a byte order mark and Windows line ends', () => {
    expect(splitFrontMatter('l.md', '\uFEFF---\r\na: 1\r\n---\r\ntext').markdown).toBe('text');
  });

  it('wants both rulers', () => {
    expect(() => splitFrontMatter('l.md', '# Hello')).toThrow('l.md:1: must start with front matter');
    expect(() => splitFrontMatter('l.md', '---\na: 1')).toThrow('l.md:1: the front matter has no end');
  });
});

describe('parseFrontMatter', () => {
  it('fills in what may be left out', () => {
    expect(parse(...good)).toEqual({ title: 'T', summary: 'S', minutes: 5, images: [], checks: {} });
  });

  it.each([
    {
      name: 'an unknown field',
      lines: [...good, 'author: me'],
      error: 'l.md:2: the front matter has unknown fields: author',
    },
    { name: 'a missing field', lines: ['title: T', 'minutes: 5'], error: 'l.md:2: "summary" must be a summary' },
    {
      name: 'an empty title',
      lines: ['title: ""', 'summary: S', 'minutes: 5'],
      error: 'l.md:2: "title" must be a title, and is empty',
    },
    {
      name: 'a wrong type',
      lines: ['title: T', 'summary: S', 'minutes: soon'],
      error: 'l.md:4: "minutes" must be a whole number of minutes',
    },
    { name: 'a key given twice', lines: [...good, 'title: U'], error: 'l.md:5: YAML: Map keys must be unique' },
    { name: 'broken YAML', lines: ['title: "T', 'summary: S'], error: 'l.md:3: YAML: ' },
    { name: 'something else than a map', lines: ['- T'], error: 'l.md:2: the front matter must be a map of fields' },
    { name: 'nothing', lines: [''], error: 'l.md:2: the front matter must be a map of fields' },
  ])('points at $name', ({ lines, error }) => {
    expect(() => parse(...lines)).toThrow(error);
  });
});

describe('checks in front matter', () => {
  const withCheck = (...lines: string[]) =>
    parse(...good, 'checks:', '  step-one:', ...lines.map((line, i) => `    ${i === 0 ? '-' : ' '} ${line}`));

  it('take one status or several', () => {
    expect(withCheck('type: container', 'status: running').checks).toEqual({
      'step-one': [{ type: 'container', status: ['running'], exists: true }],
    });
  });

  it.each([
    {
      name: 'no type',
      lines: ['image: busybox'],
      error: 'l.md:7: "checks.step-one.0.type" must have a type: container, image or request',
    },
    {
      name: 'an unknown status',
      lines: ['type: container', 'status: gone'],
      error: 'l.md:8: "checks.step-one.0.status" must be created, running',
    },
    {
      name: 'no container in particular',
      lines: ['type: container', 'exitCode: 0'],
      error: 'must say which container',
    },
    {
      name: 'an exit code that is none',
      lines: ['type: container', 'name: a', 'exitCode: 256'],
      error: 'l.md:9: "checks.step-one.0.exitCode" must be 0 to 255',
    },
    {
      name: 'a URL for a path',
      lines: ['type: request', 'path: http://x/'],
      error: 'must be a path of the Engine API that starts with /',
    },
    {
      name: 'an unknown field',
      lines: ['type: image', 'reference: busybox', 'tag: x'],
      error: 'has unknown fields: tag',
    },
  ])('refuse $name', ({ lines, error }) => {
    expect(() => withCheck(...lines)).toThrow(error);
  });
});
