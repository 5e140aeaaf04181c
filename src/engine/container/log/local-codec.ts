// The local driver: [u32 size][protobuf LogEntry][u32 size], big-endian, so that a file can be read from both ends.
// Source: moby daemon/logger/local, api/types/plugins/logdriver/entry.proto.
import type { Decoded, LogCodec, LogEntry, LogRun, ReadRange } from './log-entry.ts';
import { joinBytes } from '../../../shared/join-bytes.ts';

const SIZE_BYTES = 4;
const NEWLINE = 10;
const BLOCK_BYTES = 256 * 1024;
const VARINT = 0;
const LENGTH = 2;
const FIELD = { source: 1, timeNano: 2, line: 3, partial: 4, partialMetadata: 5 } as const;
const PARTIAL = { last: 1, id: 2, ordinal: 3 } as const;
const NS_PER_MS = 1_000_000n;
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

export const localCodec: LogCodec = {
  // Two sizes, the stream's name and the time.
  overheadBytes: 2 * SIZE_BYTES + 8 + 10,

  encode(run) {
    const head = Uint8Array.from([
      ...field(FIELD.source, utf8.encode(run.stream)),
      ...number(FIELD.timeNano, nano(run)),
    ]);
    const tail = partialFields(run);
    const frames: Uint8Array[] = [];
    for (let at = 0; at < run.bytes.length;) {
      const newline = run.bytes.indexOf(NEWLINE, at);
      const end = newline < 0 ? run.bytes.length : newline;
      frames.push(frame(head, run.bytes.subarray(at, end), tail));
      at = end + 1;
    }
    return joinBytes(frames);
  },

  decode(bytes): Decoded {
    const entries: LogEntry[] = [];
    let at = 0;
    for (let end = endOf(bytes, at); end !== undefined; end = endOf(bytes, at)) {
      entries.push(parse(bytes.subarray(at + SIZE_BYTES, end - SIZE_BYTES)));
      at = end;
    }
    return { entries, consumedBytes: at };
  },

  entryEnd(bytes, start, offset) {
    let at = start;
    while (at < offset) at = endOf(bytes, at) ?? bytes.length;
    return at;
  },

  async lastEntries(read: ReadRange, sizeBytes, count) {
    let found = 0;
    let end = sizeBytes;
    let [block, blockStart] = [new Uint8Array(0), sizeBytes];
    while (found < count && end >= 2 * SIZE_BYTES) {
      if (end - SIZE_BYTES < blockStart) {
        blockStart = Math.max(0, end - BLOCK_BYTES);
        block = new Uint8Array(await read(blockStart, end - blockStart));
      }
      end -= sizeAt(block, end - SIZE_BYTES - blockStart) + 2 * SIZE_BYTES;
      found++;
    }
    return { offset: Math.max(0, end), count: found };
  },
};

function nano({ timeMs }: LogRun): bigint {
  const wholeMs = Math.floor(timeMs);
  return BigInt(wholeMs) * NS_PER_MS + BigInt(Math.round((timeMs - wholeMs) * 1e6));
}

function partialFields({ partial }: LogRun): Uint8Array {
  if (partial === undefined) return new Uint8Array(0);
  const metadata = [
    ...(partial.last ? number(PARTIAL.last, 1n) : []),
    ...field(PARTIAL.id, utf8.encode(partial.id)),
    ...number(PARTIAL.ordinal, BigInt(partial.ordinal)),
  ];
  return Uint8Array.from([...number(FIELD.partial, 1n), ...field(FIELD.partialMetadata, metadata)]);
}

function frame(head: Uint8Array, line: Uint8Array, tail: Uint8Array): Uint8Array {
  const lineHead = line.length === 0 ? [] : [(FIELD.line << 3) | LENGTH, ...varint(BigInt(line.length))];
  const size = head.length + lineHead.length + line.length + tail.length;
  const out = new Uint8Array(size + 2 * SIZE_BYTES);
  const view = new DataView(out.buffer);
  view.setUint32(0, size);
  let at = SIZE_BYTES;
  for (const part of [head, lineHead, line, tail]) {
    out.set(part, at);
    at += part.length;
  }
  view.setUint32(at, size);
  return out;
}

function field(id: number, bytes: ArrayLike<number>): number[] {
  return [(id << 3) | LENGTH, ...varint(BigInt(bytes.length)), ...Array.from(bytes)];
}

function number(id: number, value: bigint): number[] {
  return [(id << 3) | VARINT, ...varint(value)];
}

function varint(value: bigint): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return [...out, Number(rest)];
}

function sizeAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

/** undefined when the entry is not whole. */
function endOf(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length - at < SIZE_BYTES) return undefined;
  const end = at + sizeAt(bytes, at) + 2 * SIZE_BYTES;
  return end <= bytes.length ? end : undefined;
}

function parse(bytes: Uint8Array): LogEntry {
  let stream: LogEntry['stream'] = 'stdout';
  let timeMs = 0;
  let line = new Uint8Array(0);
  let ends = true;
  for (const { id, value, content } of fieldsOf(bytes)) {
    if (id === FIELD.source) stream = fromUtf8.decode(content) === 'stderr' ? 'stderr' : 'stdout';
    if (id === FIELD.timeNano) timeMs = Number(value / NS_PER_MS) + Number(value % NS_PER_MS) / 1e6;
    if (id === FIELD.line) line = content.slice();
    if (id === FIELD.partialMetadata) ends = fieldsOf(content).some((one) => one.id === PARTIAL.last);
  }
  return { stream, timeMs, bytes: ends ? joinBytes([line, Uint8Array.of(NEWLINE)]) : line };
}

function fieldsOf(bytes: Uint8Array): { id: number; value: bigint; content: Uint8Array }[] {
  const fields: { id: number; value: bigint; content: Uint8Array }[] = [];
  let at = 0;
  const next = (): bigint => {
    let value = 0n;
    for (let shift = 0n; at < bytes.length; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const key = Number(next());
    const value = next();
    const length = (key & 7) === LENGTH ? Number(value) : 0;
    fields.push({ id: key >> 3, value, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return fields;
}
