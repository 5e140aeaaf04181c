// Who this engine is, for as long as its disk lives: dockerd's engine-id, and the ids of the networks that every engine has.
import { z } from 'zod';
import { isDrydockError } from '../../contracts/errors.ts';
import type { HostFiles } from '../../contracts/runtime.ts';
import { parseTimestamp, rfc3339Nano } from '../timestamp.ts';
import type { Network, Networks } from './networks.ts';

/** Below the data root. dockerd writes the same name; it has had a UUID in it since version 23. */
const ENGINE_ID_FILE = 'engine-id';
const NETWORKS_DIRECTORY = 'network/files';
/** dockerd has a database here (local-kv.db), which nobody but dockerd reads. */
const NETWORKS_FILE = `${NETWORKS_DIRECTORY}/local-networks.json`;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ENOENT = 2;

const networksSchema = z.array(
  z.object({ Id: z.string().length(64), Name: z.string(), Driver: z.string(), Created: z.string() }),
);

export interface IdentityDeps {
  readonly files: HostFiles;
  readonly dataRoot: string;
  readonly networks: Networks;
  /** Of an engine that finds none. */
  readonly newId: string;
  readonly log: (line: string) => void;
}

/** Takes over what is on the disk, and writes what is not. Never rejects. @returns the engine's UUID */
export async function loadIdentity({ files, dataRoot, networks, newId, log }: IdentityDeps): Promise<string> {
  const [idFile, networksFile] = [`${dataRoot}/${ENGINE_ID_FILE}`, `${dataRoot}/${NETWORKS_FILE}`];
  const [id, saved] = await Promise.all([idFile, networksFile].map((path) => readText(files, path, log)));
  const known = id?.trim();
  try {
    if (saved !== undefined) networks.adopt(parseNetworks(saved));
    else await writeNetworks(files, dataRoot, networks.all());
  } catch (error) {
    log(`Cannot keep the ids of networks in ${networksFile}: ${reasonOf(error)}`);
  }
  if (known !== undefined && UUID.test(known)) return known;
  await files.write(idFile, new TextEncoder().encode(newId), { mode: 0o600 }).catch((error: unknown) => {
    log(`Cannot write ${idFile}: ${reasonOf(error)}`);
  });
  return newId;
}

function parseNetworks(text: string): Network[] {
  return networksSchema.parse(JSON.parse(text)).map(({ Id, Name, Driver, Created }) => ({
    id: Id,
    name: Name,
    driver: Driver,
    createdMs: parseTimestamp(Created) ?? 0,
  }));
}

async function writeNetworks(files: HostFiles, dataRoot: string, networks: readonly Network[]): Promise<void> {
  const text = JSON.stringify(
    networks.map(({ id, name, driver, createdMs }) => ({
      Id: id,
      Name: name,
      Driver: driver,
      Created: rfc3339Nano(createdMs),
    })),
  );
  await Promise.all([
    files.mkdir(`${dataRoot}/${NETWORKS_DIRECTORY}`, 0o750),
    files.write(`${dataRoot}/${NETWORKS_FILE}`, new TextEncoder().encode(text), { mode: 0o600 }),
  ]);
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
