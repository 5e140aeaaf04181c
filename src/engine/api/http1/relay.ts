// A connection that attach or exec took over: bytes both ways, each direction ending on its own.
import type { UpgradedConnection } from '../../../contracts/engine-api.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ResponseWriter } from './response-writer.ts';

const PIECE_BYTES = 64 * 1024;

/** Ends with the output; a client that only closed its side (end of stdin) still gets all of it. */
export async function relay(
  reader: ByteReader,
  writer: ResponseWriter,
  { response, stream }: UpgradedConnection,
  upgraded: boolean,
): Promise<void> {
  const output = stream.readable.getReader();
  const input = stream.writable.getWriter();
  input.closed.catch(() => undefined);
  writer.onGone(() => void output.cancel().catch(() => undefined));
  try {
    await writer.takeOver(response, upgraded);
    void copyInput(reader, input);
    for (;;) {
      const { done, value } = await output.read();
      if (done) return;
      await writer.write(value);
    }
  } catch {
    // The client is gone: it reads nothing more and types nothing more.
    await output.cancel().catch(() => undefined);
  } finally {
    await input.abort().catch(() => undefined);
  }
}

async function copyInput(reader: ByteReader, input: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  try {
    for (;;) {
      const piece = await reader.take(PIECE_BYTES);
      if (piece.length === 0) break;
      await input.write(piece);
    }
    await input.close();
  } catch {
    // Nobody reads the input any more; the output's end closes the connection.
  }
}
