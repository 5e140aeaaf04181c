// Damaged archives by the hundred: each is loaded whole or refused with a reason, and nothing of a refused one stays.
import { describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../../test/support/memory-image-store.ts';
import { isDrydockError } from '../../../contracts/errors.ts';
import { randomLayer, randomOf } from '../../layer/testing/random-layer.ts';
import { resum, tarOf } from '../../layer/testing/tar-archive.ts';
import { parseReference } from '../../registry/reference.ts';
import { gzip } from '../../registry/testing/fake-registry.ts';
import { ImageMaker } from '../image-maker.ts';
import { importImage } from '../import-image.ts';
import { loadImages } from './load-images.ts';
import { saveImages } from './save-images.ts';

const ROUNDS = 300;
const signal = new AbortController().signal;

function engine() {
  const { blobs, store } = memoryImageStore();
  return { blobs, store, emit: () => undefined, dataRoot: '/var/lib/docker' };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 3000) yield await Promise.resolve(bytes.slice(at, at + 3000));
}

async function savedImage(): Promise<Uint8Array<ArrayBuffer>> {
  const { blobs, store, emit } = engine();
  const maker = new ImageMaker({ store, blobs, emit, nowMs: () => 0 });
  const tar = pieces(tarOf(...randomLayer(randomOf(7), 12)));
  const reference = parseReference('app:v1');
  await importImage(maker, { tar, message: '', changes: [], platform: undefined, reference, signal });
  const stream = await saveImages({ blobs, store, emit }, ['app']);
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

describe('load', () => {
  it('takes a damaged archive as a whole, or not at all', { timeout: 60_000 }, async () => {
    const random = randomOf(2027);
    const whole = await savedImage();
    const compressed = await gzip(whole);
    const outcomes = { loaded: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const bad = new Uint8Array(round % 5 === 0 ? compressed : whole);
      for (let flips = 1 + random(3); flips > 0; flips--) {
        const at = random(bad.length);
        bad[at] = (bad[at] ?? 0) ^ (1 << random(8));
        // Some headers are right again, so that what they say is tried too.
        if (round % 5 > 2) resum(bad.subarray(at - (at % 512), at - (at % 512) + 512));
      }
      const archive = random(8) === 0 ? bad.subarray(0, random(bad.length)) : bad;
      const { blobs, store, emit, dataRoot } = engine();
      const request = { archive: pieces(archive), platform: undefined, quiet: false, signal, report: () => undefined };
      try {
        await loadImages({ blobs, store, emit, dataRoot }, request);
        outcomes.loaded++;
      } catch (error) {
        expect(isDrydockError(error) || error).toBe(true);
        outcomes.refused++;
      }
      // What is there is what an image has.
      const kept = store.list().flatMap(({ layers }) => layers.flatMap(({ erofs, recipe }) => [erofs, recipe]));
      expect((await blobs.list()).sort()).toEqual([...new Set(kept)].sort());
    }
    expect(outcomes.loaded).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(100);
  });
});
