// `-i FILE`: a file as a stream, however large. Sessions hand out files whole or as a tar; the tar is made while it is read,
// so its one entry's content is what streams.
import type { CliSession } from '../../contracts/cli-session.ts';
import { CliError } from '../cli-error.ts';
import { isDirectory } from '../copy/local-files.ts';
import { openError } from '../create/file-error.ts';
import { chunks } from './chunks.ts';

const BLOCK_BYTES = 512;
const EXTENDED = 'x';

/** @throws CliError `open FILE: no such file or directory` */
export async function openInput({ files }: CliSession, path: string): Promise<ReadableStream<Uint8Array>> {
  const found = await files.stat(path, { follow: true }).catch((error: unknown) => {
    throw openError(path, error);
  });
  if (isDirectory(found)) throw new CliError(`read ${path}: is a directory`);
  const content = entryContent(files.pack(found.target, 'input'));
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await content.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await content.return()),
    },
    { highWaterMark: 0 },
  );
}

/** Of the first entry that is no extended header. */
async function* entryContent(tar: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const header = new Uint8Array(BLOCK_BYTES);
  let headerBytes = 0;
  /** Of the entry: its content, and what is skipped of an extended header. */
  let left = 0;
  let skipped = 0;
  let found = false;
  for await (const piece of chunks(tar)) {
    for (let at = 0; at < piece.length && !(found && left === 0);) {
      const rest = piece.subarray(at);
      if (skipped > 0) {
        const taken = Math.min(skipped, rest.length);
        skipped -= taken;
        at += taken;
      } else if (found) {
        const taken = rest.subarray(0, left);
        yield taken;
        left -= taken.length;
        at += taken.length;
      } else {
        const taken = rest.subarray(0, BLOCK_BYTES - headerBytes);
        header.set(taken, headerBytes);
        headerBytes += taken.length;
        at += taken.length;
        if (headerBytes < BLOCK_BYTES) continue;
        headerBytes = 0;
        const bytes = sizeOf(header);
        found = String.fromCharCode(header[156] ?? 0) !== EXTENDED;
        if (found) left = bytes;
        else skipped = Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
      }
    }
    // The file is whole; its tar must end too, or whoever makes it is cut off.
  }
  if (!found || left > 0) throw new CliError('unexpected EOF');
}

function sizeOf(header: Uint8Array): number {
  const text = new TextDecoder().decode(header.subarray(124, 136));
  return Number.parseInt(text.replace(/[\0 ].*$/s, ''), 8);
}
