import { describe, expect, it } from 'vitest';
import { commandsOf, parseLesson, parseTranslation } from './parse-lesson.ts';

const front = (...more: string[]) => ['---', 'title: T', 'summary: S', 'minutes: 5', ...more, '---', ''];
const source = (...lines: string[]) => ({ file: 'lesson.md', text: lines.join('\n') });
const body = ['## One {#one}', '', '```sh run', 'docker ps', '```', '', '## Two {#two}', '', 'read'];
const lesson = parseLesson(
  'a/b',
  source(...front('checks:', '  one:', '    - type: image', '      reference: busybox'), 'intro', '', ...body),
);

describe('parseLesson', () => {
  it('joins checks and steps', () => {
    expect(lesson).toMatchObject({
      id: 'a/b',
      language: 'en',
      title: 'T',
      minutes: 5,
      intro: [{ html: '<p>intro</p>' }],
    });
    expect(lesson.steps.map(({ id, checks }) => [id, checks.length])).toEqual([
      ['one', 1],
      ['two', 0],
    ]);
  });

  it('points at checks of a step that is not there', () => {
    const text = source(...front('checks:', '  three:', '    - type: image', '      reference: busybox'), ...body);
    expect(() => parseLesson('a/b', text)).toThrow('lesson.md:6: "checks.three" names no step: one, two');
  });

  it('wants steps, each with its own id', () => {
    expect(() => parseLesson('a/b', source(...front(), 'text'))).toThrow('must have at least one step');
    expect(() => parseLesson('a/b', source(...front(), '## A {#a}', '', '## B {#a}'))).toThrow(
      'lesson.md:9: the step id "a" is used twice',
    );
  });
});

describe('parseTranslation', () => {
  const head = ['---', 'title: 题', 'summary: 述', '---'];
  const translate = (...lines: string[]) =>
    parseTranslation(lesson, 'zh-CN', { file: 'zh.md', text: [...head, ...lines].join('\n') });

  it('brings words, and keeps checks and everything else', () => {
    const translated = translate('引言', '', ...body.map((line) => line.replace('One', '一')));
    expect(translated).toMatchObject({ id: 'a/b', language: 'zh-CN', title: '题', minutes: 5 });
    expect(translated.steps[0]).toMatchObject({ titleHtml: '一', checks: lesson.steps[0]?.checks });
  });

  it('must have the same steps and commands', () => {
    expect(() => translate('## One {#one}')).toThrow(
      'zh.md:5: must have the steps of lesson.md in its order: one, two',
    );
    expect(() => translate(...body.map((line) => line.replace('docker ps', 'docker ps -a')))).toThrow(
      'zh.md:5: step "one" must have the commands of lesson.md',
    );
  });

  it('has no fields of its own', () => {
    const text = ['---', 'title: 题', 'summary: 述', 'minutes: 9', '---', ...body].join('\n');
    expect(() => parseTranslation(lesson, 'zh-CN', { file: 'zh.md', text })).toThrow('unknown fields: minutes');
  });
});

describe('commandsOf', () => {
  it('looks into hints', () => {
    expect(
      commandsOf([{ kind: 'hint', titleHtml: '', blocks: [{ kind: 'command', text: 'docker ps', where: 'host' }] }]),
    ).toEqual(['docker ps']);
  });
});
