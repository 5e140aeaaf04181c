// Our SHA-256 against Node's: every length around a block and around the memory's end, however the bytes come, and several
// streams that take turns.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../layer/testing/random-layer.ts';
import { newSha256 } from './sha256-stream.ts';
import { createDigestStream, digestOf, libraryStream } from './sha256.ts';

const noise = (length: number): Uint8Array => {
  const random = randomOf(length + 1);
  return Uint8Array.from({ length }, () => random(256));
};
const expected = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('digestOf', () => {
  it('is right for every length around blocks', async () => {
    for (let length = 0; length < 300; length++) {
      const bytes = noise(length);
      expect(await digestOf(bytes)).toBe(expected(bytes));
    }
  });

  it('is right for lengths around the memory that it has', async () => {
    for (const length of [64_512, 65_536, 130_047, 130_048, 130_049, 130_112, 131_072, 260_096, 400_001]) {
      const bytes = noise(length);
      expect(await digestOf(bytes)).toBe(expected(bytes));
    }
  });

  it('knows the examples of FIPS 180-4', async () => {
    const of = (text: string) => digestOf(new TextEncoder().encode(text));
    expect(await of('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await of('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      'sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
  });
});

describe('createDigestStream', () => {
  it('is right for any pieces, while other streams are in between', async () => {
    const random = randomOf(180);
    const all = Array.from({ length: 12 }, () => noise(random(400_000)));
    const streams = await Promise.all(all.map(async (bytes) => ({ bytes, at: 0, stream: await createDigestStream() })));
    for (let left = streams; left.length > 0; left = left.filter(({ at, bytes }) => at < bytes.length)) {
      for (const one of left) {
        const piece = one.bytes.subarray(one.at, one.at + random(random(3) === 0 ? 200_000 : 200));
        one.stream.update(piece);
        one.at += piece.length;
      }
    }
    expect(streams.map(({ stream }) => stream.digest())).toEqual(all.map(expected));
  });

  it('has a fallback that says the same', async () => {
    const bytes = noise(100_000);
    const [own, library] = [await newSha256(), await libraryStream()];
    own.update(bytes);
    library.update(bytes);
    expect(library.digest()).toBe(`sha256:${own.hex()}`);
  });
});
