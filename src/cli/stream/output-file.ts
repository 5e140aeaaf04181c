// `-o FILE` of export and save: a file that is complete or not there; or standard output, unless that is a terminal.
import { isDrydockError } from '../../contracts/errors.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { dir } from '../copy/go-path.ts';
import { isDirectory } from '../copy/local-files.ts';
import { fileErrorReason } from '../create/file-error.ts';

const ENOENT = 2;
const ENOTDIR = 20;
const MODE = 0o600;
const TYPE_MASK = 0o170000;
const REFUSED: Readonly<Record<number, string>> = {
  0o040000: 'cannot write to a directory',
  0o120000: 'cannot write to a symbolic link directly',
  0o010000: 'cannot write to a named pipe (FIFO)',
  0o140000: 'cannot write to a socket',
  0o020000: 'cannot write to a character device file',
  0o060000: 'cannot write to a block device file',
};

type Write = (content: ReadableStream<Uint8Array>) => Promise<void>;

/**
 * Checks the destination before anything is asked of the engine.
 * @param failure what stands before a complaint about the file
 * @throws CliError in Docker's words
 */
export async function openOutput(context: CliContext, output: string, failure: string): Promise<Write> {
  const { session } = context;
  if (output !== '') {
    await requireDestination(context, output, failure);
    return (content) => session.files.store(output, content, MODE);
  }
  if (session.terminal.stdout) {
    throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
  }
  return async (content) => {
    for await (const piece of content) await session.stdout.write(piece);
  };
}

async function requireDestination({ session }: CliContext, output: string, failure: string): Promise<void> {
  const parent = dir(output);
  if (!['.', '..'].includes(parent)) {
    const problem = (reason: string): CliError =>
      new CliError(`${failure}: invalid output path: stat ${parent}: ${reason}`);
    const found = await session.files.stat(parent, { follow: true }).catch((error: unknown) => {
      throw problem(fileErrorReason(error));
    });
    if (!isDirectory(found)) throw problem('not a directory');
  }
  try {
    const { mode } = await session.files.stat(output);
    const reason = REFUSED[mode & TYPE_MASK];
    if (reason !== undefined) throw new CliError(`${failure}: ${reason}`);
  } catch (error) {
    if (!isDrydockError(error, 'guest')) throw error;
    if (error.errno === ENOENT || error.errno === ENOTDIR) return;
    throw new CliError(`${failure}: failed to stat output path: lstat ${output}: ${fileErrorReason(error)}`);
  }
}
