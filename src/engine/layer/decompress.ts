// Layers come as gzip, zstd or plain tar. As Docker does, we look at the first bytes and not at the media type, which
// static hosts and old builders get wrong.
import { Decompress } from 'fzstd';
import { DrydockError } from '../../contracts/errors.ts';
import { through } from './through.ts';
import { ZstdFrames } from './zstd-frames.ts';

type Compression = 'gzip' | 'zstd' | 'none';

const MAGIC_BYTES = 4;
/** Four bytes can stand for 128 KiB (RFC 8878, RLE blocks), and the decoder hands out all that a piece has at once. */
export const ZSTD_SLICE_BYTES = 1024;

/**
 * The uncompressed bytes, piece by piece.
 * @param onConsumed gets the count of compressed bytes that each piece brings the total to
 * @throws DrydockError `data-loss` for bytes that are not what their start promises
 */
export async function* decompress(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  onConsumed: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const counted = countedChunks(chunks, onConsumed);
  const held: Uint8Array[] = [];
  const compression = await compressionOf(counted, held);
  const whole = concatenated(held, counted);
  try {
    if (compression === 'gzip') yield* through(new DecompressionStream('gzip'), whole);
    else if (compression === 'zstd') yield* unzstd(whole);
    else yield* whole;
  } catch (cause) {
    if (cause instanceof DrydockError || compression === 'none') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DrydockError('data-loss', `Cannot decompress layer: bad ${compression} data: ${reason}`, { cause });
  }
}

async function* countedChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  onConsumed: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let consumed = 0;
  for await (const chunk of chunks) {
    yield chunk;
    consumed += chunk.length;
    onConsumed(consumed);
  }
}

/** @param held gets what was read to see it */
async function compressionOf(chunks: AsyncIterator<Uint8Array>, held: Uint8Array[]): Promise<Compression> {
  const start: number[] = [];
  while (start.length < MAGIC_BYTES) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    held.push(value);
    start.push(...value.subarray(0, MAGIC_BYTES - start.length));
  }
  const [a, b, c, d] = start;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  return 'none';
}

async function* concatenated(
  held: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* held;
  yield* rest;
}

async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => ready.push(bytes));
  const frames = new ZstdFrames();
  for await (const chunk of chunks) {
    frames.push(chunk);
    for (let at = 0; at < chunk.length; at += ZSTD_SLICE_BYTES) {
      decoder.push(chunk.subarray(at, at + ZSTD_SLICE_BYTES));
      yield* ready;
      ready = [];
    }
  }
  decoder.push(new Uint8Array(0), true);
  yield* ready;
}
