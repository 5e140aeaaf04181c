// The corpus of hostile and broken layers (test/support/bad-layers.ts), and that memory stays bounded while they are read.
import { describe, expect, it } from 'vitest';
import { BAD_LAYERS, zstdOfZeros } from '../../../test/support/bad-layers.ts';
import { MemoryBlobStore } from '../blob/memory-blob-store.ts';
import { digestOf } from '../blob/sha256.ts';
import { gzip } from '../registry/testing/fake-registry.ts';
import { decompress } from './decompress.ts';
import { openLayerTar } from './layer-tar.ts';
import { keepWhole } from './testing/keep-whole.ts';
import { readErofs } from './testing/erofs-reader.ts';
import { randomLayer, randomOf } from './testing/random-layer.ts';
import { tarOf } from './testing/tar-archive.ts';
import { LayerTree } from './tree.ts';
import { TarReader } from './tar-reader.ts';
import { unpackLayer } from './unpack.ts';

const MIB = 1024 ** 2;
const signal = new AbortController().signal;

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

describe('a layer with', () => {
  it.each(BAD_LAYERS)('$what', { timeout: 30_000 }, async ({ make, outcome }) => {
    const blobs = new MemoryBlobStore();
    const unpacking = unpackLayer({ chunks: inPieces(await make()), blobs, signal });
    if (outcome instanceof RegExp) {
      await expect(unpacking).rejects.toMatchObject({
        code: 'data-loss',
        message: expect.stringMatching(outcome),
      });
      expect(await blobs.list()).toEqual([]);
      return;
    }
    const layer = await unpacking;
    const paths = [...readErofs(blobs.read(layer.erofs, 0, Infinity)).keys()];
    expect(paths.sort().join('\n')).toBe(['/', ...outcome].sort().join('\n'));
    // What was kept gives the same tar back; reading fails where its digest is another.
    const tar = await openLayerTar(blobs, layer);
    let bytes = 0;
    for await (const piece of tar.chunks()) bytes += piece.length;
    expect(bytes).toBe(tar.bytes);
  });

  it('an end too early, wherever that is', async () => {
    const whole = await gzip(tarOf(...randomLayer(randomOf(11), 8)));
    const diffId = await digestOf(tarOf(...randomLayer(randomOf(11), 8)));
    for (let bytes = 0; bytes < whole.length; bytes += 1 + Math.floor(whole.length / 150)) {
      const blobs = new MemoryBlobStore();
      const unpacking = unpackLayer({ chunks: [whole.subarray(0, bytes)], diffId, blobs, signal });
      await expect(unpacking).rejects.toMatchObject({ code: 'data-loss' });
      expect(await blobs.list()).toEqual([]);
    }
  });
});

describe('limits', () => {
  it('count what headers state, before any content comes', () => {
    const tree = new LayerTree(keepWhole, { contentBytes: 1000, files: 100 });
    const reader = new TarReader(tree);
    const entry = (size: number) => tarOf({ path: 'f', pax: { size: String(size) } }).subarray(0, 1536);
    reader.push(entry(0));
    reader.push(entry(1000));
    expect(() => new TarReader(tree).push(entry(1))).toThrow(
      expect.objectContaining({ code: 'data-loss', message: expect.stringContaining('more than 1000 bytes together') }),
    );
  });

  it('count directories that are only implied', () => {
    const limits = { contentBytes: 0, files: 4 };
    const push = (path: string) => new TarReader(new LayerTree(keepWhole, limits)).push(tarOf({ path }));
    push('a/b/c/f');
    expect(() => push('a/b/c/d/f')).toThrow('more than 4 files');
  });

  it('hold for what a few bytes of zstd stand for', async () => {
    const { arrayBuffers: before } = process.memoryUsage();
    for await (const piece of decompress([zstdOfZeros(8192)])) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    // All of it is 1 GiB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * MIB);
  });

  it('read no more of a bomb than its first header', async () => {
    const header = tarOf({ path: 'zeros', pax: { size: String(2 ** 40) } }).subarray(0, 1536);
    let given = 0;
    async function* bomb(): AsyncGenerator<Uint8Array> {
      yield header;
      for (;;) {
        given++;
        yield new Uint8Array(MIB);
      }
    }
    const blobs = new MemoryBlobStore();
    await expect(unpackLayer({ chunks: bomb(), blobs, signal })).rejects.toThrow('4 GiB');
    expect(given).toBe(0);
  });
});
