import { describe, expect, it } from 'vitest';
import { isDrydockError } from '../../contracts/errors.ts';
import { MemoryBlobStore } from '../blob/memory-blob-store.ts';
import { digestOf } from '../blob/sha256.ts';
import { gzip } from '../registry/testing/fake-registry.ts';
import { randomLayer, randomOf } from './testing/random-layer.ts';
import { readErofs } from './testing/erofs-reader.ts';
import { resum, tarOf } from './testing/tar-archive.ts';
import { unpackLayer } from './unpack.ts';

const never = new AbortController().signal;

async function unpack(
  tar: Uint8Array<ArrayBuffer>,
  compressed: Uint8Array,
  blobs = new MemoryBlobStore(),
  signal = never,
) {
  const progress: number[] = [];
  const diffId = await digestOf(tar);
  const layer = await unpackLayer({
    chunks: [compressed],
    diffId,
    blobs,
    signal,
    onProgress: (bytes) => void progress.push(bytes),
  });
  return { layer, blobs, progress };
}

describe('unpackLayer', () => {
  it('stores one image, with the recipe for its tar, and counts its files', async () => {
    const tar = tarOf({ path: 'a', content: 'aaa' }, { path: 'b', content: 'bb' });
    const compressed = await gzip(tar);
    const { layer, blobs, progress } = await unpack(tar, compressed);
    expect(layer.sizeBytes).toBe(5);
    expect(await blobs.list()).toEqual([layer.recipe, layer.erofs]);
    expect(progress).toEqual([compressed.length]);
  });

  it('refuses damaged gzip and stores nothing', async () => {
    const tar = tarOf({ path: 'a', content: 'x'.repeat(10_000) });
    const compressed = await gzip(tar);
    for (const bad of [
      compressed.subarray(0, -20),
      compressed.with(30, (compressed[30] ?? 0) ^ 0xff),
      new Uint8Array([0x1f, 0x8b]),
    ]) {
      const blobs = new MemoryBlobStore();
      await expect(unpack(tar, bad, blobs)).rejects.toMatchObject({ code: 'data-loss' });
      expect(await blobs.list()).toEqual([]);
    }
  });

  it('refuses damaged zstd', async () => {
    const tar = tarOf({ path: 'a' });
    await expect(unpack(tar, new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0xff, 1, 2, 3]))).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining('zstd'),
    });
  });

  it('stops when told, and stores nothing', async () => {
    const tar = tarOf({ path: 'a' });
    const blobs = new MemoryBlobStore();
    await expect(unpack(tar, tar, blobs, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(await blobs.list()).toEqual([]);
  });

  it('makes a whole image of any damaged tar, or refuses it', async () => {
    const random = randomOf(2026);
    const whole = tarOf(...randomLayer(random, 12));
    const outcomes = { read: 0, refused: 0 };
    for (let i = 0; i < 400; i++) {
      const bad = new Uint8Array(whole);
      const block = random(bad.length / 512) * 512;
      for (let flips = 1 + random(3); flips > 0; flips--) {
        const at = block + random(512);
        bad[at] = (bad[at] ?? 0) ^ (1 << random(8));
      }
      // Half of them pass the checksum, so that the fields behind it are tried too.
      if (i % 2 === 0) resum(bad.subarray(block, block + 512));
      const cut = random(10) === 0 ? bad.subarray(0, random(bad.length)) : bad;
      const blobs = new MemoryBlobStore();
      try {
        const { layer } = await unpack(new Uint8Array(cut), cut, blobs);
        const bytes = (await blobs.size(layer.erofs)) ?? 0;
        expect(readErofs(blobs.read(layer.erofs, 0, bytes)).has('/')).toBe(true);
        outcomes.read++;
      } catch (error) {
        expect(isDrydockError(error, 'data-loss') || error).toBe(true);
        expect(await blobs.list()).toEqual([]);
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(20);
    expect(outcomes.refused).toBeGreaterThan(20);
  });
});
