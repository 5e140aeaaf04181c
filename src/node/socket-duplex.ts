// A Node socket as the web streams that the engine's HTTP server speaks.
import type { Socket } from 'node:net';
import type { ByteDuplex } from '../contracts/streams.ts';

export function socketDuplex(socket: Socket): ByteDuplex {
  let open = true;
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      const end = (finish: () => void): void => {
        if (open) finish();
        open = false;
      };
      socket.on('data', (chunk: Buffer) => {
        if (!open) return;
        controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
        if ((controller.desiredSize ?? 0) <= 0) socket.pause();
      });
      socket.once('end', () => end(() => controller.close()));
      socket.once('error', (error) => end(() => controller.error(error)));
      socket.once('close', () => end(() => controller.close()));
    },
    pull: () => void socket.resume(),
    // Nothing more is read, but what was written still goes out.
    cancel() {
      open = false;
      socket.destroySoon();
    },
  });
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      socket.once('close', () => controller.error(new Error('the connection is closed')));
    },
    write: (chunk) =>
      new Promise((resolve, reject) => {
        socket.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => new Promise((resolve) => socket.end(resolve)),
    abort: () => void socket.destroy(),
  });
  return { readable, writable };
}
