// As decompress.ts, for a stream that is read while it comes: the body of an upload. Whoever reads it ends it.
import { Decompress } from 'fzstd';
import { DrydockError } from '../../contracts/errors.ts';

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
  const whole = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const first = held.shift();
        if (first !== undefined) return controller.enqueue(first);
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const startsWith = (magic: readonly number[]) => magic.every((byte, index) => start[index] === byte);
  if (startsWith(GZIP)) {
    // Uploads are never in shared memory, which is all that the types leave open.
    return (whole as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(new DecompressionStream('gzip'));
  }
  if (startsWith(ZSTD)) return whole.pipeThrough(unzstd());
  return whole;
}

function unzstd(): TransformStream<Uint8Array, Uint8Array> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => ready.push(bytes));
  const push = (controller: TransformStreamDefaultController<Uint8Array>, bytes: Uint8Array, last: boolean): void => {
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
