import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

const utf8 = new TextEncoder();
const parse = (text: string) => parseJson(utf8.encode(text), 'this');
const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('parseJson', () => {
  it('reads what JSON.parse reads, brackets in strings and all', () => {
    for (const text of [
      '{"a":["}]","\\"[",{"\\\\":1}]}',
      ' null ',
      '"[{"',
      '1',
      lists(1000),
      `[${'{},'.repeat(5000)}[]]`,
    ]) {
      expect(parse(text)).toEqual(JSON.parse(text));
    }
  });

  it('refuses the rest, and says why', () => {
    for (const text of ['', '{', '"', '[1,]', '"\\', '\u{feff}x', ']]]']) {
      expect(() => parse(text)).toThrow('Cannot read this: it is not JSON');
    }
    expect(() => parseJson(new Uint8Array([0x22, 0xff, 0x22]), 'this')).toThrow('Cannot read this: it is not JSON');
    const tooDeep = 'Cannot read this: it is nested more than 1000 levels deep';
    for (const text of [lists(1001), '['.repeat(3_000_000), `"\\\\"${lists(1001)}`, `${'{"a":'.repeat(1001)}1`]) {
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'data-loss', message: tooDeep }));
    }
  });
});
