// Frames cut anywhere, and frames that no peer of ours would send.
import { describe, expect, test } from 'vitest';
import { isDrydockError } from './errors.ts';
import { encodeFrame, FRAME_HEADER_BYTES, FrameDecoder, MAX_FRAME_BYTES, type MessageOf } from './frame-codec.ts';

const TABLE = {
  numbers: { code: 1, fields: { a: 'u8', b: 'u16', c: 'u32', d: 'u64' } },
  texts: { code: 2, fields: { one: 'str', many: 'strs' } },
  raw: { code: 3, fields: { content: 'bytes' } },
  empty: { code: 4, fields: {} },
} as const;
type Message = MessageOf<typeof TABLE>;

const messages: Message[] = [
  { type: 'numbers', id: 0xffff_ffff, a: 255, b: 65535, c: 0xffff_ffff, d: Number.MAX_SAFE_INTEGER },
  { type: 'texts', id: 1, one: 'grüß 🐳', many: ['', 'x', '世界'] },
  { type: 'raw', id: 2, content: Uint8Array.of(1, 2, 3) },
  { type: 'empty', id: 3 },
];

const encode = (message: Message): Uint8Array => encodeFrame(TABLE, message);
const stream = Uint8Array.from(messages.flatMap((message) => [...encode(message)]));

function frame(size: number, type: number, ...rest: number[]): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + rest.length);
  new DataView(bytes.buffer).setUint32(0, size, true);
  bytes[4] = type;
  bytes.set(rest, FRAME_HEADER_BYTES);
  return bytes;
}

function refusal(bytes: Uint8Array): unknown {
  try {
    return new FrameDecoder(TABLE).push(bytes);
  } catch (error) {
    return error;
  }
}

describe('frame codec', () => {
  test('integers are little-endian, in the table’s order', () => {
    const bytes = encode({ type: 'numbers', id: 0x01020304, a: 1, b: 0x0203, c: 0x04050607, d: 0x08_0000_0001 });
    expect([...bytes]).toEqual([...[24, 0, 0, 0, 1, 4, 3, 2, 1], ...[1, 3, 2, 7, 6, 5, 4, 1, 0, 0, 0, 8, 0, 0, 0]]);
  });

  test('reads what it wrote, cut in two at every byte', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const decoder = new FrameDecoder(TABLE);
      const read = [...decoder.push(stream.slice(0, cut)), ...decoder.push(stream.slice(cut))];
      expect(read).toEqual(messages);
    }
  });

  test('reads a byte at a time', () => {
    const decoder = new FrameDecoder(TABLE);
    expect([...stream].flatMap((byte) => decoder.push(Uint8Array.of(byte)))).toEqual(messages);
  });

  test('what it returned does not change when more comes', () => {
    const decoder = new FrameDecoder(TABLE);
    const [first] = decoder.push(encode({ type: 'raw', id: 1, content: Uint8Array.of(7) }));
    decoder.push(encode({ type: 'raw', id: 2, content: Uint8Array.of(8) }));
    expect(first).toEqual({ type: 'raw', id: 1, content: Uint8Array.of(7) });
  });

  test.each([
    ['a size below the header', frame(FRAME_HEADER_BYTES - 1, 4), 'size 8'],
    ['a size above the limit', frame(MAX_FRAME_BYTES + 1, 4), `size ${MAX_FRAME_BYTES + 1}`],
    ['an unknown type', frame(9, 99), 'type 99'],
    ['a missing field', frame(9, 3), 'a field of 4 bytes'],
    ['bytes longer than the frame', frame(14, 3, 2, 0, 0, 0, 1), 'a field of 2 bytes'],
    ['a list longer than the frame', frame(17, 2, 0, 0, 0, 0, 255, 255, 255, 255), 'a list of 4294967295'],
    ['bytes after the last field', frame(10, 4, 0), 'bytes left over after "empty"'],
  ])('refuses %s', (_what, bytes, reason) => {
    const error = refusal(bytes);
    expect(isDrydockError(error, 'data-loss')).toBe(true);
    expect(String(error)).toContain(`Cannot read frame: ${reason}`);
  });

  test('refuses to write a frame above the limit', () => {
    const fits = MAX_FRAME_BYTES - FRAME_HEADER_BYTES - 4;
    expect(encode({ type: 'raw', id: 1, content: new Uint8Array(fits) })).toHaveLength(MAX_FRAME_BYTES);
    expect(() => encode({ type: 'raw', id: 1, content: new Uint8Array(fits + 1) })).toThrow(/Cannot send "raw"/);
  });
});
