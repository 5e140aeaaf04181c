// The pieces that Docker's tables are made of.
import { describe, expect, it } from 'vitest';
import { ellipsis } from './display-width.ts';
import { goQuote } from '../../shared/go-quote.ts';
import { ansiDate, rfc3339Nano } from './go-time.ts';
import { humanDuration } from './human-duration.ts';
import { binarySize, humanSize } from './human-size.ts';
import { indentJson } from './json-indent.ts';
import { displayPorts } from './ports.ts';
import { alignTabs, TABLE_TABS } from './tab-writer.ts';

describe('humanSize', () => {
  it.each([
    [0, '0B'],
    [999, '999B'],
    [1000, '1kB'],
    [4_261_550, '4.262MB'],
    [123_456_789_012, '123.5GB'],
    [999_999, '1000kB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(humanSize(bytes)).toBe(text);
  });

  it('takes fewer digits in tables', () => {
    expect(humanSize(4_261_550, 3)).toBe('4.26MB');
    expect(humanSize(999_999, 3)).toBe('1e+03kB');
  });
  it('counts memory by 1024', () => expect(binarySize(536_870_912 + 1)).toBe('512MiB'));
});

describe('humanDuration', () => {
  const hourMs = 3_600_000;
  it.each([
    [0, 'Less than a second'],
    [1_000, '1 second'],
    [59_999, '59 seconds'],
    [60_000, 'About a minute'],
    [150_000, '2 minutes'],
    [hourMs, 'About an hour'],
    [1.5 * hourMs, '2 hours'],
    [47 * hourMs, '47 hours'],
    [48 * hourMs, '2 days'],
    [14 * 24 * hourMs, '2 weeks'],
    [60 * 24 * hourMs, '2 months'],
    [730 * 24 * hourMs, '2 years'],
  ])('%i ms are %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

describe('alignTabs', () => {
  it('gives each column its widest cell, three spaces and ten columns at least', () => {
    expect(alignTabs('A\tB\tC\nlonger than ten\tx\ty\n', TABLE_TABS)).toBe(
      'A                 B         C\nlonger than ten   x         y\n',
    );
  });

  it('starts anew after a line without tabs', () => {
    expect(alignTabs('a\tb\nplain\nlonger text\tc', { minWidth: 0, padding: 1 })).toBe('a b\nplain\nlonger text c');
  });

  it('counts wide characters twice', () => {
    expect(alignTabs('世界\tx\nabcd\ty', { minWidth: 0, padding: 1 })).toBe('世界 x\nabcd y');
  });
});

describe('the others', () => {
  it.each([
    ['abcdef', 4, 'abc…'],
    ['世界世界', 5, '世界…'],
    ['abc', 3, 'abc'],
    ['abc', 1, 'a'],
    ['abc', 0, ''],
  ])('ellipsis of %s in %i', (text, columns, expected) => {
    expect(ellipsis(text, columns)).toBe(expected);
  });

  it('quotes like Go', () => expect(goQuote('a"\\\n\t\x01é世\u200b')).toBe('"a\\"\\\\\\n\\t\\x01é世\\u200b"'));
  it('joins neighbouring ports', () => {
    const ports = [1, 2, 4].map((PrivatePort) => ({ PrivatePort, Type: 'tcp' }));
    expect(displayPorts(ports)).toBe('1-2/tcp, 4/tcp');
  });
  it('indents without decoding', () => {
    expect(indentJson('{"a":[],"b":{ },"c":[1.50,"\\u003c{"]}', '  ')).toBe(
      '{\n  "a": [],\n  "b": {},\n  "c": [\n    1.50,\n    "\\u003c{"\n  ]\n}',
    );
  });
  it('writes times as Go does', () => {
    expect(rfc3339Nano('1600000000123456789')).toBe('2020-09-13T12:26:40.123456789Z');
    expect(ansiDate('2025-05-03T12:07:14.000000000+00:00')).toBe('Sat May  3 12:07:14 2025');
  });
});
