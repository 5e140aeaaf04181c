// Takes apart what the engine sends for a container without a terminal: stdout and stderr in one stream, with a header
// of eight bytes before each piece (Engine API, POST /containers/{id}/attach).
import type { ByteSink } from '../../contracts/cli-session.ts';
import { CliError } from '../cli-error.ts';
import { chunks } from './chunks.ts';

const HEADER_BYTES = 8;

/** Copies to `out` and `err` until the stream ends or `stop` says so; waits for each write, so a slow terminal slows the container. */
export async function copyMultiplexed(
  source: ReadableStream<Uint8Array>,
  out: ByteSink,
  err: ByteSink,
  stop?: AbortSignal,
): Promise<void> {
  const header = new Uint8Array(HEADER_BYTES);
  const decoder = new TextDecoder();
  let filled = 0;
  let left = 0;
  let problem: string | undefined;
  for await (const chunk of chunks(source, stop)) {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const taken = rest.subarray(0, HEADER_BYTES - filled);
        header.set(taken, filled);
        filled += taken.length;
        rest = rest.subarray(taken.length);
        if (filled < HEADER_BYTES) break;
        filled = 0;
        left = new DataView(header.buffer).getUint32(4);
        if ((header[0] ?? 0) > 3) throw new CliError(`Unrecognized input header: ${header[0] ?? 0}`);
        continue;
      }
      const piece = rest.subarray(0, left);
      rest = rest.subarray(piece.length);
      left -= piece.length;
      // 0 is stdin echoed, 3 is the daemon's own complaint.
      if (header[0] === 3) problem = (problem ?? '') + decoder.decode(piece, { stream: true });
      else await (header[0] === 2 ? err : out).write(piece);
    }
    if (problem !== undefined && left === 0) throw new CliError(`error from daemon in stream: ${problem}`);
  }
}

/** Copies a raw stream until it ends, or `stop` says so. */
export async function copyRaw(source: ReadableStream<Uint8Array>, out: ByteSink, stop?: AbortSignal): Promise<void> {
  for await (const chunk of chunks(source, stop)) await out.write(chunk);
}
