// `--cidfile`: made before the container, so that a path that cannot be written stops the command early.
import type { CliSession } from '../../contracts/cli-session.ts';
import { isDrydockError } from '../../contracts/errors.ts';
import { CliError } from '../cli-error.ts';
import { fileErrorReason, openError } from './file-error.ts';

const EEXIST = 17;

export interface CidFile {
  write(id: string): Promise<void>;
  /** Removes the file when no ID was written. */
  close(): Promise<void>;
}

const none: CidFile = { write: () => Promise.resolve(), close: () => Promise.resolve() };

/** @throws CliError in Docker's words */
export async function openCidFile(session: CliSession, path: string): Promise<CidFile> {
  if (path === '') return none;
  try {
    await session.files.write(path, new Uint8Array(), { mode: 0o666, exclusive: true });
  } catch (error) {
    if (isDrydockError(error) && error.errno === EEXIST) {
      throw new CliError(`container ID file found, make sure the other container isn't running or delete ${path}`);
    }
    throw new CliError(`failed to create the container ID file: ${openError(path, error).message}`);
  }
  let written = false;
  return {
    async write(id) {
      try {
        await session.files.write(path, new TextEncoder().encode(id));
      } catch (error) {
        throw new CliError(`failed to write the container ID to the file: write ${path}: ${fileErrorReason(error)}`);
      }
      written = true;
    },
    async close() {
      if (written || session.gone.aborted) return;
      await session.files.remove(path).catch((error: unknown) => {
        throw new CliError(`failed to remove the CID file '${path}': remove ${path}: ${fileErrorReason(error)}`);
      });
    },
  };
}
