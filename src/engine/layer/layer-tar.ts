// A layer's tar, byte for byte as it came in, from its EROFS image and its recipe.
import type { BlobStore } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { createDigestStream } from '../blob/sha256.ts';
import { decompress } from './decompress.ts';
import { NumberReader, readRecipe } from './tar-recipe.ts';
import type { TarRecipe } from './tar-recipe.ts';
import { TimeSlice } from './time-slice.ts';
import type { UnpackedLayer } from './unpack.ts';

const PIECE_BYTES = 512 * 1024;

export interface LayerTar {
  readonly bytes: number;
  /** Ends with an error when the bytes are not those that the diffID names. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** @throws DrydockError `not-found` and `data-loss` for a store that lost something */
export async function openLayerTar(
  blobs: BlobStore,
  layer: Pick<UnpackedLayer, 'diffId' | 'erofs' | 'recipe'>,
): Promise<LayerTar> {
  const size = await blobs.size(layer.recipe);
  const recipe = await readRecipe(await blobs.read(layer.recipe, 0, size ?? 0));
  return { bytes: recipe.tarBytes, chunks: () => verified(blobs, layer, recipe) };
}

async function* verified(
  blobs: BlobStore,
  { diffId, erofs }: Pick<UnpackedLayer, 'diffId' | 'erofs'>,
  recipe: TarRecipe,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = await createDigestStream();
  const slice = new TimeSlice();
  for await (const piece of pieces(blobs, erofs, recipe)) {
    hash.update(piece);
    yield piece;
    await slice.yieldWhenSpent();
  }
  const actual = hash.digest();
  if (actual !== diffId) {
    throw new DrydockError('data-loss', `Cannot read layer ${diffId}: its tar has digest ${actual} now`);
  }
}

async function* pieces(
  blobs: BlobStore,
  erofs: UnpackedLayer['erofs'],
  { contents, frame }: TarRecipe,
): AsyncGenerator<Uint8Array, void, undefined> {
  const numbers = new NumberReader(decompress(frame));
  const ahead = contents.values();
  /** Of the file whose content is being written. */
  let ranges: { offset: number; bytes: number; kept?: Uint8Array }[] = [];
  for (;;) {
    const between = await numbers.number();
    if (between === undefined) return;
    yield* numbers.raw(between);
    for (let left = await numbers.expectNumber(); left > 0;) {
      const [range] = ranges;
      if (range === undefined) {
        const { done, value = [] } = ahead.next();
        if (done === true) throw new DrydockError('data-loss', 'Cannot read a layer: content of a file is missing');
        ranges = value.map((one) =>
          'kept' in one ? { offset: 0, bytes: one.kept.length, kept: one.kept } : { ...one },
        );
        continue;
      }
      const length = Math.min(left, range.bytes, PIECE_BYTES);
      const piece = range.kept?.subarray(range.offset, range.offset + length);
      yield piece ?? (await blobs.read(erofs, range.offset, length));
      range.offset += length;
      range.bytes -= length;
      left -= length;
      if (range.bytes === 0) ranges.shift();
    }
  }
}
