// Who this engine is, for as long as its disk lives: dockerd's engine-id.
import { isDrydockError } from '../../contracts/errors.ts';
import type { HostFiles } from '../../contracts/runtime.ts';

/** Below the data root. dockerd writes the same name; it has had a UUID in it since version 23. */
const ENGINE_ID_FILE = 'engine-id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ENOENT = 2;

export interface IdentityDeps {
  readonly files: HostFiles;
  readonly dataRoot: string;
  /** Of an engine that finds none. */
  readonly newId: string;
  readonly log: (line: string) => void;
}

/** Takes over what is on the disk, and writes what is not. Never rejects. @returns the engine's UUID */
export async function loadIdentity({ files, dataRoot, newId, log }: IdentityDeps): Promise<string> {
  const idFile = `${dataRoot}/${ENGINE_ID_FILE}`;
  const known = (await readText(files, idFile, log))?.trim();
  if (known !== undefined && UUID.test(known)) return known;
  await files.write(idFile, new TextEncoder().encode(newId), { mode: 0o600 }).catch((error: unknown) => {
    log(`Cannot write ${idFile}: ${reasonOf(error)}`);
  });
  return newId;
}

/** @returns undefined when it is not there, or cannot be read: it is written anew then */
async function readText(files: HostFiles, path: string, log: (line: string) => void): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(path));
  } catch (error) {
    if (!isDrydockError(error, 'guest') || error.errno !== ENOENT) log(`Cannot read ${path}: ${reasonOf(error)}`);
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** As Docker shows an engine's id. @param id at least 32 hex digits */
export function uuidOf(id: string): string {
  return [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20, 32)].join('-');
}
