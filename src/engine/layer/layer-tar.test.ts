// A layer's tar must come out byte for byte as it came in, whatever was in it.
import { describe, expect, it } from 'vitest';
import { isDrydockError } from '../../contracts/errors.ts';
import { MemoryBlobStore } from '../blob/memory-blob-store.ts';
import { digestOf } from '../blob/sha256.ts';
import { openLayerTar } from './layer-tar.ts';
import { randomLayer, randomOf } from './testing/random-layer.ts';
import { concatBytes, tarOf } from './testing/tar-archive.ts';
import { unpackLayer } from './unpack.ts';

const signal = new AbortController().signal;

async function unpacked(tar: Uint8Array, pieceBytes = tar.length) {
  const blobs = new MemoryBlobStore();
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < tar.length; at += pieceBytes) chunks.push(tar.slice(at, at + pieceBytes));
  return { blobs, layer: await unpackLayer({ chunks, blobs, signal }) };
}

async function packed({ blobs, layer }: Awaited<ReturnType<typeof unpacked>>): Promise<Uint8Array> {
  const tar = await openLayerTar(blobs, layer);
  const pieces: Uint8Array[] = [];
  for await (const piece of tar.chunks()) pieces.push(piece);
  const whole = concatBytes(pieces);
  expect(whole.length).toBe(tar.bytes);
  return whole;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe('openLayerTar', () => {
  it('gives back random layers, however they came in', async () => {
    const random = randomOf(41);
    for (let round = 0; round < 30; round++) {
      const tar = tarOf(...randomLayer(random, 1 + random(60)));
      const layer = await unpacked(tar, [tar.length, 512, 4096, 1 + random(5000)][round % 4]);
      expect(layer.layer.diffId).toBe(await digestOf(tar));
      expect(same(await packed(layer), tar)).toBe(true);
    }
  });

  it('keeps what the file system does not have', async () => {
    const content = new Uint8Array(10_000).fill(7);
    const twice = tarOf(
      { path: 'a', content },
      { path: 'a', content: 'second' },
      { path: 'dir/.wh.b', content: 'odd' },
    );
    const unended = twice.subarray(0, twice.length - 1024);
    const withTail = concatBytes([twice, new Uint8Array(9000).fill(3)]);
    for (const tar of [twice, unended, withTail, new Uint8Array(1024), new Uint8Array(0)]) {
      expect(same(await packed(await unpacked(tar, 700)), tar)).toBe(true);
    }
  });

  it('keeps little: headers compressed, and no content', async () => {
    const content = crypto.getRandomValues(new Uint8Array(60_000));
    const { blobs, layer } = await unpacked(
      tarOf(...Array.from({ length: 50 }, (_, i) => ({ path: `f${i}`, content }))),
    );
    expect(await blobs.size(layer.recipe)).toBeLessThan(3000);
  });

  it('does not hand out other bytes unnoticed', async () => {
    const random = randomOf(43);
    const tar = tarOf(...randomLayer(random, 20));
    const { blobs, layer } = await unpacked(tar);
    const size = (await blobs.size(layer.recipe)) ?? 0;
    const outcomes = { refused: 0, same: 0 };
    for (let round = 0; round < 200; round++) {
      const recipe = blobs.read(layer.recipe, 0, size).slice();
      const at = random(size);
      recipe[at] = (recipe[at] ?? 0) ^ (1 << random(8));
      const writer = await blobs.create();
      await writer.write(random(5) === 0 ? recipe.subarray(0, random(size)) : recipe);
      const damaged = { ...layer, recipe: (await writer.commit()).digest };
      try {
        expect(same(await packed({ blobs, layer: damaged }), tar)).toBe(true);
        outcomes.same++;
      } catch (error) {
        expect(isDrydockError(error, 'data-loss') || error).toBe(true);
        outcomes.refused++;
      }
    }
    expect(outcomes.refused).toBeGreaterThan(100);
  });
});
