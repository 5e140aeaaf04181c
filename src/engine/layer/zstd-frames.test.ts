import { describe, expect, it } from 'vitest';
import { zstdOfZeros } from '../../../test/support/bad-layers.ts';
import { decompress } from './decompress.ts';
import { decompressStream } from './decompress-stream.ts';
import { rawZstd } from './testing/raw-zstd.ts';
import { concatBytes } from './testing/tar-archive.ts';
import { ZstdFrames } from './zstd-frames.ts';

const LARGEST = 17 << 3;
const TOO_LARGE = LARGEST + 1;
const REASON = /a window of 150994944 bytes, at most 134217728 are supported/;

const skippable = concatBytes([new Uint8Array([0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), new Uint8Array(3).fill(0x28)]);
const good = rawZstd(new Uint8Array(300_000).fill(7));
const withWindow = (descriptor: number) => zstdOfZeros(3).with(5, descriptor);

function follow(bytes: Uint8Array, step: number): void {
  const frames = new ZstdFrames();
  for (let at = 0; at < bytes.length; at += step) frames.push(bytes.subarray(at, at + step));
}

describe('ZstdFrames', () => {
  it.each([1, 5, 1024, 1 << 20])('finds a large window behind other frames, in pieces of %i', (step) => {
    expect(() => follow(concatBytes([good, skippable, zstdOfZeros(9), good]), step)).not.toThrow();
    expect(() => follow(withWindow(LARGEST), step)).not.toThrow();
    for (const before of [[], [good], [skippable], [good, skippable, zstdOfZeros(9)]]) {
      expect(() => follow(concatBytes([...before, withWindow(TOO_LARGE)]), step)).toThrow(REASON);
    }
  });

  it('takes the content of a single segment for its window', () => {
    const single = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0]);
    expect(() => follow(single, 1)).toThrow('a window of 1099511627776 bytes');
  });

  it('stands before both decoders', async () => {
    const bomb = concatBytes([good, withWindow(TOO_LARGE)]);
    const read = async (): Promise<void> => {
      for await (const piece of decompress([bomb])) expect(piece.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toThrow(REASON);
    const stream = await decompressStream(new Blob([bomb]).stream());
    await expect(new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer()).rejects.toThrow(REASON);
  });
});
