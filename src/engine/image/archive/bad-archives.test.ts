// The corpus of hostile and broken archives (bad-image-archives.ts and bad-legacy-archives.ts in test/support): nothing of a
// refused one stays.
import { describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../../test/support/memory-image-store.ts';
import { BAD_IMAGE_ARCHIVES } from '../../../../test/support/bad-image-archives.ts';
import { BAD_LEGACY_ARCHIVES } from '../../../../test/support/bad-legacy-archives.ts';
import { isDrydockError } from '../../../contracts/errors.ts';
import { loadImages } from './load-images.ts';

const signal = new AbortController().signal;

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

async function load(archive: Uint8Array) {
  const { blobs, store } = memoryImageStore();
  const request = { archive: inPieces(archive), platform: undefined, quiet: true, signal, report: () => undefined };
  const failure = await loadImages({ blobs, store, emit: () => undefined, dataRoot: '/var/lib/docker' }, request).then(
    () => undefined,
    (error: unknown) => error,
  );
  const images = store.list();
  const tags = images.flatMap(({ repoTags }) => repoTags);
  return { failure, tags, images: images.length, blobs: (await blobs.list()).length };
}

describe('load of an archive with', () => {
  it.each([...BAD_IMAGE_ARCHIVES, ...BAD_LEGACY_ARCHIVES])('$what', { timeout: 30_000 }, async ({ make, refusal }) => {
    const { failure, tags, images, blobs } = await load(await make());
    if (refusal === undefined) {
      expect({ failure, tags, blobs }).toEqual({ failure: undefined, tags: ['app:1'], blobs: 2 });
      return;
    }
    expect(isDrydockError(failure) || failure).toBe(true);
    expect(failure).toMatchObject({ message: expect.stringMatching(refusal) });
    expect({ tags, images, blobs }).toEqual({ tags: [], images: 0, blobs: 0 });
  });
});
