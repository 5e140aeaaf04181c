// Layers come as gzip, zstd or plain tar. As Docker does, we look at the first bytes and not at the media type, which
// static hosts and old builders get wrong.
import { Decompress } from 'fzstd';
import { DrydockError } from '../../contracts/errors.ts';

type Compression = 'gzip' | 'zstd' | 'none';

/**
 * The uncompressed bytes, piece by piece.
 * @param onConsumed gets the count of compressed bytes that each piece brings the total to
 * @throws DrydockError `data-loss` for bytes that are not what their start promises
 */
export async function* decompress(
  chunks: readonly Uint8Array[],
  onConsumed: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const compression = compressionOf(chunks);
  const counted = countedChunks(chunks, onConsumed);
  try {
    if (compression === 'gzip') yield* gunzip(counted);
    else if (compression === 'zstd') yield* unzstd(counted);
    else yield* counted;
  } catch (cause) {
    if (cause instanceof DrydockError || compression === 'none') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DrydockError('data-loss', `Cannot decompress layer: bad ${compression} data: ${reason}`, { cause });
  }
}

function* countedChunks(chunks: readonly Uint8Array[], onConsumed: (bytes: number) => void): Generator<Uint8Array> {
  let consumed = 0;
  for (const chunk of chunks) {
    yield chunk;
    consumed += chunk.length;
    onConsumed(consumed);
  }
}

function compressionOf(chunks: readonly Uint8Array[]): Compression {
  const start: number[] = [];
  for (const chunk of chunks) {
    start.push(...chunk.subarray(0, 4 - start.length));
    if (start.length === 4) break;
  }
  const [a, b, c, d] = start;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  return 'none';
}

async function* gunzip(chunks: Iterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const { done, value } = chunks.next();
      // Layers are never in shared memory, which is all that the type leaves open.
      if (done !== true) controller.enqueue(value as Uint8Array<ArrayBuffer>);
      else controller.close();
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      finished = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!finished) reader.cancel().catch(() => undefined);
  }
}

function* unzstd(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => ready.push(bytes));
  for (const chunk of chunks) {
    decoder.push(chunk);
    yield* ready;
    ready = [];
  }
  decoder.push(new Uint8Array(0), true);
  yield* ready;
}
