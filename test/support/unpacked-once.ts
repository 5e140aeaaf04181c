// Many engines that pull the same layers: each is unpacked by the first of them, and the others get its blobs.
import { createHash } from 'node:crypto';
import type { BlobStore, Digest } from '../../src/contracts/blob-store.ts';
import type { UnpackedLayer, UnpackLayer } from '../../src/engine/layer/unpack.ts';
import { unpackLayer } from '../../src/engine/layer/unpack.ts';

interface Kept {
  readonly layer: UnpackedLayer;
  readonly image: Uint8Array;
  readonly recipe: Uint8Array;
}

/** By the digest of what came, and by what it is said to unpack to. */
const kept = new Map<string, Promise<Kept>>();

/** As `unpackLayer`, for layers that are no larger than memory takes. */
export const unpackLayerOnce: UnpackLayer = async (request) => {
  const { blobs } = request;
  const pieces: Uint8Array[] = [];
  for await (const piece of request.chunks) pieces.push(piece);
  const compressed = Buffer.concat(pieces);
  const key = `${createHash('sha256').update(compressed).digest('hex')} ${request.diffId ?? ''}`;
  let known = kept.get(key);
  if (known === undefined) {
    known = unpackLayer({ ...request, chunks: [compressed] }).then(async (layer) => ({
      layer,
      image: await readWhole(blobs, layer.erofs),
      recipe: await readWhole(blobs, layer.recipe),
    }));
    kept.set(key, known);
  }
  const { layer, image, recipe } = await known;
  const derived = await blobs.createDerived();
  await derived.writeAt(0, image.slice());
  await derived.commit(layer.erofs);
  const writer = await blobs.create();
  await writer.write(recipe);
  await writer.commit(layer.recipe);
  return layer;
};

async function readWhole(blobs: BlobStore, digest: Digest): Promise<Uint8Array> {
  const bytes = await blobs.size(digest);
  if (bytes === undefined) throw new Error(`Cannot keep what was unpacked: there is no blob ${digest}`);
  return blobs.read(digest, 0, bytes);
}
