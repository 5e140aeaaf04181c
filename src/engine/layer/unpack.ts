// From a layer's compressed tar to its EROFS image in the blob store, in one pass over the bytes; with the recipe for the tar.
import type { BlobStore, Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { createDigestStream } from '../blob/sha256.ts';
import { decompress } from './decompress.ts';
import type { KeepContent } from './content.ts';
import { ErofsWriter, imageName } from './erofs-writer.ts';
import { RecipeRecorder } from './recipe-recorder.ts';
import { writeRecipe } from './tar-recipe.ts';
import type { TarRecipe } from './tar-recipe.ts';
import { TimeSlice } from './time-slice.ts';
import { LayerTree } from './tree.ts';

/** Of the tar: what is no file's content is not held, but somebody has to read past it. */
const MAX_UNCOMPRESSED_BYTES = 4 * 1024 ** 3;

export interface UnpackedLayer {
  readonly diffId: Digest;
  /** The EROFS image in the blob store, which is named by the diffID (erofs-writer.ts). */
  readonly erofs: Digest;
  /** Another blob: how the tar is made of the image again (tar-recipe.ts). */
  readonly recipe: Digest;
  /** Sum of the sizes of its regular files. */
  readonly sizeBytes: number;
}

export interface UnpackRequest {
  /** The layer as it came; its own digest is checked already, or by whoever hands out the pieces. */
  readonly chunks: readonly Uint8Array[] | AsyncIterable<Uint8Array>;
  /** Of the uncompressed tar, as the image's config states it; left out when nobody stated it. */
  readonly diffId?: Digest;
  readonly blobs: BlobStore;
  readonly signal: AbortSignal;
  /** Holds the ends of its files meanwhile; in memory when left out. */
  readonly keepContent?: KeepContent;
  /** Compressed bytes taken so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** `unpackLayer`, or whoever does the same elsewhere. */
export type UnpackLayer = (request: UnpackRequest) => Promise<UnpackedLayer>;

/**
 * Stores nothing unless it succeeds.
 * @throws DrydockError `data-loss` when the tar is malformed or is not the one that `diffId` names; the signal's reason
 */
export async function unpackLayer(request: UnpackRequest): Promise<UnpackedLayer> {
  const { blobs, keepContent, signal } = request;
  const writer = await blobs.createDerived();
  const image = new ErofsWriter(writer, keepContent);
  const tree = new LayerTree(image.contents);
  const recorder = new RecipeRecorder(tree);
  try {
    const diffId = await readTree(request, recorder, image);
    const layout = await image.finish(tree.root, signal);
    const erofs = await imageName(diffId);
    const recipe = await storeRecipe(blobs, await recorder.recipe(layout), signal);
    await writer.commit(erofs);
    return { diffId, erofs, recipe, sizeBytes: tree.sizeBytes };
  } catch (error) {
    await Promise.all([recorder.abort(), writer.abort()]);
    throw error;
  }
}

/** @returns the digest of the tar */
async function readTree(
  { chunks, diffId, signal, onProgress }: UnpackRequest,
  recorder: RecipeRecorder,
  image: ErofsWriter,
): Promise<Digest> {
  const hash = await createDigestStream();
  const slice = new TimeSlice();
  const name = diffId === undefined ? 'layer' : `layer ${diffId}`;
  let bytes = 0;
  for await (const piece of decompress(chunks, onProgress)) {
    signal.throwIfAborted();
    bytes += piece.length;
    if (bytes > MAX_UNCOMPRESSED_BYTES) {
      throw new DrydockError('data-loss', `Cannot unpack ${name}: it has more than ${MAX_UNCOMPRESSED_BYTES} bytes`);
    }
    hash.update(piece);
    recorder.push(piece);
    if (recorder.full) await recorder.flush();
    if (image.full) await image.flush(signal);
    await slice.yieldWhenSpent();
  }
  recorder.end();
  const actual = hash.digest();
  if (diffId === undefined || actual === diffId) return actual;
  throw new DrydockError('data-loss', `Cannot unpack ${name}: its tar has digest ${actual}`);
}

async function storeRecipe(blobs: BlobStore, recipe: TarRecipe, signal: AbortSignal): Promise<Digest> {
  const writer = await blobs.create();
  try {
    await writeRecipe(recipe, writer);
    signal.throwIfAborted();
    return (await writer.commit()).digest;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
