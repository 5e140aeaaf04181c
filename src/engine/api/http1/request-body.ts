// A request's body as it is on the wire: with a length, or in chunks.
import type { ByteReader } from './byte-reader.ts';
import { MalformedRequest, readHeaders } from './request-head.ts';
import type { BodyLength } from './request-head.ts';

const PIECE_BYTES = 64 * 1024;
const MAX_CHUNK_LINE_BYTES = 4096;

/** The body's bytes, piece by piece. @throws MalformedRequest when it is cut off or its chunks are malformed */
export async function* readBody(reader: ByteReader, length: BodyLength): AsyncGenerator<Uint8Array> {
  if (length.kind === 'length') yield* exactly(reader, length.bytes);
  if (length.kind !== 'chunked') return;
  for (;;) {
    const line = await reader.line(MAX_CHUNK_LINE_BYTES);
    const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line ?? '')?.[1];
    if (size === undefined) throw new MalformedRequest(400, 'Cannot read body: malformed chunked encoding');
    if (/^0+$/.test(size)) break;
    yield* exactly(reader, Number.parseInt(size, 16));
    if ((await reader.line(2)) !== '') throw new MalformedRequest(400, 'Cannot read body: malformed chunked encoding');
  }
  await readHeaders(reader);
}

async function* exactly(reader: ByteReader, bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0;) {
    const piece = await reader.take(Math.min(left, PIECE_BYTES));
    if (piece.length === 0) throw new MalformedRequest(400, `Cannot read body: it ends ${left} bytes early`);
    left -= piece.length;
    yield piece;
  }
}
