// A file as a web stream whose reader may go at any time: one that Node makes of its own streams may then end the process,
// as src/engine/layer/codec-stream.ts tells.
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

const PIECE_BYTES = 64 * 1024;

/** Opened with the first read, closed with the last or when the reader goes. */
export function fileStream(path: string): ReadableStream<Uint8Array> {
  let file: FileHandle | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        file ??= await open(path);
        try {
          const { bytesRead, buffer } = await file.read(new Uint8Array(PIECE_BYTES), 0, PIECE_BYTES);
          if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
        } catch (error) {
          await file.close();
          throw error;
        }
        await file.close();
        controller.close();
      },
      cancel: async () => file?.close(),
    },
    { highWaterMark: 0 },
  );
}
