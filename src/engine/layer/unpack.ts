// From a layer's compressed tar to its EROFS image in the blob store, in one pass over the bytes.
import type { BlobStore, Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { createDigestStream } from '../blob/sha256.ts';
import { decompress } from './decompress.ts';
import { writeErofs } from './erofs-writer.ts';
import { TarReader } from './tar-reader.ts';
import { TimeSlice } from './time-slice.ts';
import { LayerTree } from './tree.ts';

/** What 32-bit guests can mount is more, but no tab could hold it: a small download must not fill the memory. */
const MAX_UNCOMPRESSED_BYTES = 4 * 1024 ** 3;

export interface UnpackedLayer {
  readonly diffId: Digest;
  /** The EROFS image in the blob store. */
  readonly erofs: Digest;
  /** Sum of the sizes of its regular files. */
  readonly sizeBytes: number;
}

export interface UnpackRequest {
  /** The layer as it came; its own digest is checked already. */
  readonly chunks: readonly Uint8Array[];
  /** Of the uncompressed tar, as the image's config states it. */
  readonly diffId: Digest;
  readonly blobs: BlobStore;
  readonly signal: AbortSignal;
  /** Compressed bytes taken so far. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Stores nothing unless it succeeds.
 * @throws DrydockError `data-loss` when the tar is malformed or is not the one that `diffId` names; the signal's reason
 */
export async function unpackLayer({
  chunks,
  diffId,
  blobs,
  signal,
  onProgress,
}: UnpackRequest): Promise<UnpackedLayer> {
  const hash = await createDigestStream();
  const tree = new LayerTree();
  const tar = new TarReader(tree);
  const slice = new TimeSlice();
  let bytes = 0;
  for await (const piece of decompress(chunks, onProgress)) {
    signal.throwIfAborted();
    bytes += piece.length;
    if (bytes > MAX_UNCOMPRESSED_BYTES) {
      throw new DrydockError(
        'data-loss',
        `Cannot unpack layer ${diffId}: it has more than ${MAX_UNCOMPRESSED_BYTES} bytes`,
      );
    }
    hash.update(piece);
    tar.push(piece);
    await slice.yieldWhenSpent();
  }
  tar.end();
  const actual = hash.digest();
  if (actual !== diffId) {
    throw new DrydockError('data-loss', `Cannot unpack layer ${diffId}: its tar has digest ${actual}`);
  }
  return { diffId, erofs: await storeErofs(tree, blobs, signal), sizeBytes: tree.sizeBytes };
}

async function storeErofs(tree: LayerTree, blobs: BlobStore, signal: AbortSignal): Promise<Digest> {
  const writer = await blobs.create();
  try {
    await writeErofs(tree.root, writer, signal);
    signal.throwIfAborted();
    const { digest } = await writer.commit();
    return digest;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
