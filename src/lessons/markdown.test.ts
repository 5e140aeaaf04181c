import { describe, expect, it } from 'vitest';
import { parseSections } from './markdown.ts';

const blocks = (...lines: string[]) => parseSections('l.md', lines.join('\n'), 10)[0]?.blocks;
const html = (source: string) => {
  const block = blocks(source)?.[0];
  return block?.kind === 'html' ? block.html : undefined;
};

describe('parseSections', () => {
  it('splits at second-level headings and reads their ids', () => {
    const sections = parseSections('l.md', 'intro\n\n## Say `hi` {#say-hi}\n\ntext\n\n### Deeper\n\n## B {#b}\n', 10);
    expect(sections.map(({ heading }) => heading)).toEqual([
      undefined,
      { id: 'say-hi', titleHtml: 'Say <code>hi</code>', line: 12 },
      { id: 'b', titleHtml: 'B', line: 18 },
    ]);
    expect(sections[1]?.blocks).toEqual([{ kind: 'html', html: '<p>text</p>\n<h3>Deeper</h3>' }]);
  });

  it('wants an id in each heading, and no first-level heading', () => {
    expect(() => parseSections('l.md', 'a\n\n## No id', 10)).toThrow(
      'l.md:12: the step "No id" must be a title and an id',
    );
    expect(() => parseSections('l.md', '# Title', 10)).toThrow('l.md:10: must not use #');
  });

  it('tells commands from listings', () => {
    expect(
      blocks('```sh run', 'docker ps', '```', '```sh run container', 'ls /', '```', '```text', 'a', '```'),
    ).toEqual([
      { kind: 'command', text: 'docker ps', where: 'host' },
      { kind: 'command', text: 'ls /', where: 'container' },
      { kind: 'listing', text: 'a', syntax: 'text' },
    ]);
  });

  it('refuses fences that almost run', () => {
    expect(() => blocks('x', '', '```sh go', 'ls', '```')).toThrow('l.md:12: "sh go" must be one of');
    expect(() => blocks('```sh run moon', 'ls', '```')).toThrow('"sh run moon" must be one of');
    expect(() => blocks('```sh run', '', '```')).toThrow('l.md:10: a command block must hold a command');
  });

  it('reads hints and notes with blocks of their own', () => {
    expect(blocks('> [!HINT] Stuck?', '> Press `Ctrl+C`.', '>', '> ```sh run', '> docker ps', '> ```')).toEqual([
      {
        kind: 'hint',
        titleHtml: 'Stuck?',
        blocks: [
          { kind: 'html', html: '<p>Press <code>Ctrl+C</code>.</p>' },
          { kind: 'command', text: 'docker ps', where: 'host' },
        ],
      },
    ]);
    expect(blocks('> [!NOTE] Good', '>', '> A')).toMatchObject([{ kind: 'note', titleHtml: 'Good' }]);
    expect(() => blocks('> [!TIP] x')).toThrow('must start with [!HINT] or [!NOTE]');
    expect(html('> quoted')).toContain('<blockquote>');
  });
});

describe('what reaches the page', () => {
  it('never is HTML from the source', () => {
    expect(html('<img src=x onerror=alert(1)>')).toBe('<p>&lt;img src=x onerror=alert(1)&gt;</p>');
    expect(html('a <script>b</script>')).not.toContain('<script');
    expect(blocks('> [!HINT] <b>x</b>')).toMatchObject([{ titleHtml: '&lt;b&gt;x&lt;/b&gt;' }]);
  });

  it('links only to the web, mail and anchors', () => {
    expect(html('[a](javascript:alert(1))')).not.toContain('<a');
    expect(html('[a](data:text/html,x)')).not.toContain('<a');
    expect(html('[a](https://docs.docker.com/)')).toBe(
      '<p><a href="https://docs.docker.com/" target="_blank" rel="noopener noreferrer">a</a></p>',
    );
    expect(html('[a](#step)')).toBe('<p><a href="#step">a</a></p>');
  });

  it('has no space where Chinese text was wrapped', () => {
    expect(html('容器，\n启动')).toBe('<p>容器，启动</p>');
    expect(html('使用 Docker\n引擎')).toBe('<p>使用 Docker\n引擎</p>');
  });
});
