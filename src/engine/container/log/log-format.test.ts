// What the drivers write, and what their readers make of it.
import { describe, expect, test } from 'vitest';
import { jsonCodec } from './json-codec.ts';
import { LineSplitter, MAX_LINE_BYTES } from './line-splitter.ts';
import { localCodec } from './local-codec.ts';
import type { LogCodec, LogRun } from './log-entry.ts';

const utf8 = new TextEncoder();
const timeMs = Date.parse('2025-06-01T10:20:30.123Z');
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const run = (bytes: string | Uint8Array): LogRun => ({
  stream: 'stdout',
  timeMs,
  bytes: typeof bytes === 'string' ? utf8.encode(bytes) : bytes,
});

describe('lines', () => {
  const splitter = (): LineSplitter => new LineSplitter('stdout', () => 'id');
  const pieces = (runs: LogRun[]): unknown[] => runs.map(({ bytes, partial }) => [text(bytes), partial]);

  test('come together when whole, and wait for their end', () => {
    const lines = splitter();
    expect(pieces(lines.push(utf8.encode('a\nb\nc'), 1))).toEqual([['a\nb\n', undefined]]);
    expect(text(lines.held)).toBe('c');
    expect(pieces(lines.push(utf8.encode('d\n'), 2))).toEqual([['cd\n', undefined]]);
    expect(lines.flush(3)).toEqual([]);
  });

  test('of 16 KiB and more are cut into numbered pieces of one time', () => {
    const lines = splitter();
    const long = 'x'.repeat(MAX_LINE_BYTES);
    expect(lines.push(utf8.encode(`a\n${long}`), 1).map(({ partial }) => partial)).toEqual([
      undefined,
      { id: 'id', ordinal: 1, last: false },
    ]);
    const [end, next] = lines.push(utf8.encode('end\nnext\n'), 2);
    expect([text(end?.bytes ?? utf8.encode('')), end?.timeMs, end?.partial?.last]).toEqual(['end\n', 1, true]);
    expect([text(next?.bytes ?? utf8.encode('')), next?.timeMs, next?.partial]).toEqual(['next\n', 2, undefined]);
  });

  test('without an end are logged without a newline', () => {
    const lines = splitter();
    lines.push(utf8.encode('rest'), 1);
    expect(pieces(lines.flush(2))).toEqual([['rest', { id: 'id', ordinal: 1, last: false }]]);
  });
});

describe('json-file', () => {
  const time = '"time":"2025-06-01T10:20:30.123Z"';

  test('escapes as Go does', () => {
    const line = 'tab\t quote" back\\b <b>&\u2028 \u0001\u0008é\n';
    expect(text(jsonCodec.encode(run(line), {}))).toBe(
      `{"log":"tab\\u0009 quote\\" back\\\\b \\u003cb\\u003e\\u0026\\u2028 \\u0001\\u0008é\\n","stream":"stdout",${time}}\n`,
    );
  });

  test('writes the same for plain lines, one by one or together', () => {
    const one = text(jsonCodec.encode(run('plain $& line\n'), {}));
    expect(one).toBe(`{"log":"plain $& line\\n","stream":"stdout",${time}}\n`.replace('&', '\\u0026'));
    expect(text(jsonCodec.encode(run('a\n\nb\n'), {}))).toBe(
      ['a', '', 'b'].map((line) => `{"log":"${line}\\n","stream":"stdout",${time}}\n`).join(''),
    );
  });

  test('names attributes, and skips what is no entry', () => {
    const written = jsonCodec.encode(run('x\n'), { a: '<1>' });
    expect(text(written)).toBe(`{"log":"x\\n","stream":"stdout","attrs":{"a":"\\u003c1\\u003e"},${time}}\n`);
    const { entries, consumedBytes } = jsonCodec.decode(utf8.encode(`{"log":"torn\n\n{"log":1}\n${text(written)}{"lo`));
    expect(entries).toEqual([{ stream: 'stdout', timeMs, bytes: utf8.encode('x\n'), attributes: { a: '<1>' } }]);
    expect(consumedBytes).toBe(written.length + '{"log":"torn\n\n{"log":1}\n'.length);
  });
});

describe.each([
  ['json-file', jsonCodec],
  ['local', localCodec],
] satisfies [string, LogCodec][])('%s', (_, codec) => {
  const partial = { id: 'abc', ordinal: 1, last: false };
  const runs: LogRun[] = [
    run('one\n\ntwo é\n'),
    { ...run('piece'), stream: 'stderr', partial },
    { ...run('end\n'), stream: 'stderr', partial: { ...partial, ordinal: 2, last: true } },
  ];
  const encoded = runs.map((one) => codec.encode(one, {}));
  const all = Uint8Array.from(encoded.flatMap((bytes) => [...bytes]));
  const lines = ['one\n', '\n', 'two é\n', 'piece', 'end\n'];

  test('reads what it wrote, up to a cut entry', () => {
    const { entries, consumedBytes } = codec.decode(all);
    expect(entries.map(({ bytes }) => text(bytes))).toEqual(lines);
    expect(entries.map(({ stream }) => stream)).toEqual(['stdout', 'stdout', 'stdout', 'stderr', 'stderr']);
    expect(new Set(entries.map((entry) => entry.timeMs))).toEqual(new Set([timeMs]));
    expect(consumedBytes).toBe(all.length);
    const cut = codec.decode(all.subarray(0, all.length - 3));
    expect([cut.entries.length, cut.consumedBytes]).toEqual([4, all.length - (encoded[2]?.length ?? 0)]);
  });

  test.each([1, 2, 4, 5, 9])('finds the last %i entries', async (count) => {
    const read = async (offset: number, length: number): Promise<Uint8Array> => all.slice(offset, offset + length);
    const found = await codec.lastEntries(read, all.length, count);
    expect(found.count).toBe(Math.min(count, lines.length));
    const { entries } = codec.decode(all.subarray(found.offset));
    expect(entries.map(({ bytes }) => text(bytes))).toEqual(lines.slice(-count));
  });

  test('knows where an entry ends', () => {
    const whole = codec.decode(all).entries.length;
    const end = codec.entryEnd(all, 0, (encoded[0]?.length ?? 0) + 1);
    expect(end).toBe((encoded[0]?.length ?? 0) + (encoded[1]?.length ?? 0));
    expect(codec.decode(all.subarray(end)).entries.length).toBe(whole - 4);
    expect(codec.entryEnd(all, 0, all.length)).toBe(all.length);
  });
});
