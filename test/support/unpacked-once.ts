// Many engines that pull the same layers: each is unpacked by the first of them, and the others get its blobs.
import { createHash } from 'node:crypto';
import type { BlobStore, Digest } from '../../src/contracts/blob-store.ts';
import type { UnpackedLayer, UnpackLayer } from '../../src/engine/layer/unpack.ts';
import { unpackLayer } from '../../src/engine/layer/unpack.ts';

interface Kept {
  readonly layer: UnpackedLayer;
  readonly blobs: readonly Uint8Array[];
}

/** By the digest of what came, and by what it is said to unpack to. */
const kept = new Map<string, Promise<Kept>>();

/** As `unpackLayer`, for layers that are no larger than memory takes. */
export const unpackLayerOnce: UnpackLayer = async (request) => {
  const pieces: Uint8Array[] = [];
  for await (const piece of request.chunks) pieces.push(piece);
  const compressed = Buffer.concat(pieces);
  const key = `${createHash('sha256').update(compressed).digest('hex')} ${request.diffId ?? ''}`;
  let known = kept.get(key);
  if (known === undefined) {
    known = unpackLayer({ ...request, chunks: [compressed] }).then(async (layer) => ({
      layer,
      blobs: await Promise.all([layer.erofs, layer.recipe].map((digest) => readWhole(request.blobs, digest))),
    }));
    kept.set(key, known);
  }
  const { layer, blobs } = await known;
  for (const bytes of blobs) {
    const writer = await request.blobs.create();
    await writer.write(bytes);
    await writer.commit();
  }
  return layer;
};

async function readWhole(blobs: BlobStore, digest: Digest): Promise<Uint8Array> {
  return blobs.read(digest, 0, (await blobs.size(digest)) ?? 0);
}
