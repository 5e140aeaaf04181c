// The json-file driver: {"log":"line\n","stream":"stdout","attrs":{...},"time":"..."}, one a line, as Go escapes it.
import { parseTimestamp, rfc3339Nano } from '../../timestamp.ts';
import type { Decoded, LogCodec, LogEntry, ReadRange } from './log-entry.ts';

const NEWLINE = 10;
const BLOCK_BYTES = 64 * 1024;
/** Nothing in a block of lines needs escaping but its newlines. */
const PLAIN = /^[\n\x20\x21\x23-\x25\x27-\x3b\x3d\x3f-\x5b\x5d-\x7e]*$/;
const ESCAPED = /[<>&\u2028\u2029]|\\\\|\\[bft]/g;
const AS_CODE_POINT: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c', '\\t': '\\u0009' };
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export const jsonCodec: LogCodec = {
  separator: Uint8Array.of(NEWLINE),
  overheadBytes: '{"log":"","stream":"stdout","time":"2006-01-02T15:04:05Z"}\n'.length,

  encode(run, attributes) {
    const text = fromUtf8.decode(run.bytes);
    const attrs = Object.keys(attributes).length > 0 ? `,"attrs":${goString(attributes)}` : '';
    const after = `,"stream":"${run.stream}"${attrs},"time":"${rfc3339Nano(run.timeMs)}"}\n`;
    if (run.partial !== undefined) return utf8.encode(`{"log":${goString(text)}${after}`);
    const lines = text.slice(0, -1);
    if (PLAIN.test(lines)) {
      const between = `\\n"${after}{"log":"`;
      return utf8.encode(`{"log":"${lines.replaceAll('\n', () => between)}\\n"${after}`);
    }
    return utf8.encode(
      lines
        .split('\n')
        .map((line) => `{"log":${goString(`${line}\n`)}${after}`)
        .join(''),
    );
  },

  decode(bytes): Decoded {
    const consumedBytes = bytes.lastIndexOf(NEWLINE) + 1;
    const entries = fromUtf8
      .decode(bytes.subarray(0, consumedBytes))
      .split('\n')
      .flatMap((line) => parse(line) ?? []);
    return { entries, consumedBytes };
  },

  entryEnd(bytes, start, offset) {
    const newline = bytes.indexOf(NEWLINE, Math.max(start, offset - 1));
    return newline < 0 ? bytes.length : newline + 1;
  },

  async lastEntries(read: ReadRange, sizeBytes, count) {
    let found = 0;
    for (let blockEnd = sizeBytes; blockEnd > 0;) {
      const blockStart = Math.max(0, blockEnd - BLOCK_BYTES);
      const block = await read(blockStart, blockEnd - blockStart);
      for (let at = block.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)) {
        if (found === count) return { offset: blockStart + at + 1, count };
        found++;
      }
      blockEnd = blockStart;
    }
    return { offset: 0, count: found };
  },
};

// Go escapes what could end a <script>, and writes \b, \f and \t as code points.
function goString(value: unknown): string {
  return JSON.stringify(value).replace(ESCAPED, (found) => {
    if (found.startsWith('\\')) return AS_CODE_POINT[found] ?? found;
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** undefined for what is no entry: half of one, written while the disk was full. */
function parse(line: string): LogEntry | undefined {
  if (line === '') return undefined;
  try {
    const { log, stream, time, attrs } = Object(JSON.parse(line));
    if (typeof time !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) return undefined;
    return {
      stream,
      timeMs: parseTimestamp(time) ?? 0,
      bytes: utf8.encode(typeof log === 'string' ? log : ''),
      ...(attrs !== undefined && { attributes: attrs }),
    };
  } catch {
    return undefined;
  }
}
