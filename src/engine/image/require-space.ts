// Refuses what cannot fit before it is brought in: a download of minutes should not end in "no space left on device".
import type { BlobStore } from '../../contracts/blob-store.ts';
import { isDrydockError, DrydockError } from '../../contracts/errors.ts';
import { noSpaceLeft } from '../blob/blob-errors.ts';

/**
 * @param bytes at least: a layer's size as a manifest or an archive states it, which is mostly below what it unpacks to
 * @throws DrydockError `no-space`
 */
export async function requireSpace(blobs: Pick<BlobStore, 'freeBytes'>, bytes: number): Promise<void> {
  const free = await blobs.freeBytes();
  if (bytes > free) throw noSpaceLeft({ needed: bytes, free });
}

/** As dockerd tells it of a layer on its way in (moby: distribution/xfer/download.go). Other errors as they are. */
export function whileRegistering(error: unknown): unknown {
  if (!isDrydockError(error, 'no-space')) return error;
  return new DrydockError('no-space', `failed to register layer: ${error.message}`, { cause: error });
}
