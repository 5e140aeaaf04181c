// As decompress.ts, for a stream that is read while it comes: the body of an upload. Whoever reads it ends it.
import { Decompress } from 'fzstd';
import { DrydockError } from '../../contracts/errors.ts';
import { codecStream } from './codec-stream.ts';
import { ZSTD_SLICE_BYTES } from './decompress.ts';
import { ZstdFrames } from './zstd-frames.ts';

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const MAGIC_BYTES = 4;

/** gzip, zstd or as it is, by its first bytes. @throws DrydockError `data-loss`, also while it is read */
export async function decompressStream(source: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const reader = source.getReader();
  const held: Uint8Array[] = [];
  const start: number[] = [];
  while (start.length < MAGIC_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    held.push(value);
    start.push(...value.subarray(0, MAGIC_BYTES - start.length));
  }
  const startsWith = (magic: readonly number[]) => magic.every((byte, index) => start[index] === byte);
  const pieceBytes = startsWith(ZSTD) ? ZSTD_SLICE_BYTES : Infinity;
  const pieces: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
    async pull(controller) {
      let piece = held.shift();
      if (piece === undefined) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        piece = value;
      }
      if (piece.length > pieceBytes) held.unshift(piece.subarray(pieceBytes));
      // Uploads are never in shared memory, which is all that the types leave open.
      controller.enqueue(piece.subarray(0, pieceBytes) as Uint8Array<ArrayBuffer>);
    },
    cancel: (reason) => reader.cancel(reason),
  };
  if (startsWith(GZIP)) return codecStream(new DecompressionStream('gzip'), pieces);
  const whole = new ReadableStream(pieces, { highWaterMark: 0 });
  if (startsWith(ZSTD)) return whole.pipeThrough(unzstd());
  return whole;
}

function unzstd(): TransformStream<Uint8Array, Uint8Array> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => ready.push(bytes));
  const frames = new ZstdFrames();
  const push = (controller: TransformStreamDefaultController<Uint8Array>, bytes: Uint8Array, last: boolean): void => {
    frames.push(bytes);
    try {
      decoder.push(bytes, last);
    } catch (cause) {
      throw new DrydockError('data-loss', `Cannot decompress zstd data: ${String(cause)}`, { cause });
    }
    for (const piece of ready) controller.enqueue(piece);
    ready = [];
  };
  return new TransformStream({
    transform: (chunk, controller) => push(controller, chunk, false),
    flush: (controller) => push(controller, new Uint8Array(0), true),
  });
}
