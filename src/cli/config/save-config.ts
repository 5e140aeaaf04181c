// Writes ~/.docker/config.json: logins change it. The guest's disk forgets it with the session, as everything there.
import { isDrydockError } from '../../contracts/errors.ts';
import type { CliFiles, CliSession } from '../../contracts/cli-session.ts';
import { base, dir } from '../copy/go-path.ts';
import { localPath } from '../copy/local-files.ts';
import type { ConfigFile } from './config-file.ts';

const ENOENT = 2;
const FILE_MODE = 0o600;
const BLOCK_BYTES = 512;

/** @param folder `--config` @returns the file's path */
export async function saveConfigFile(session: CliSession, folder: string, config: ConfigFile): Promise<string> {
  const path = `${folder}/config.json`;
  const { auths = {}, ...rest } = config;
  const bytes = new TextEncoder().encode(JSON.stringify({ auths, ...rest }, null, '\t'));
  await makeDirectory(session.files, localPath(session, folder));
  await session.files.write(path, bytes, { mode: FILE_MODE });
  return path;
}

/** With its parents. Sessions have no mkdir; they take tars, in which directories may be. */
async function makeDirectory(files: CliFiles, path: string): Promise<void> {
  const found = await files.stat(path, { follow: true }).catch((error: unknown) => {
    if (isDrydockError(error) && error.errno === ENOENT) return undefined;
    throw error;
  });
  const parent = dir(path);
  if (found !== undefined || parent === path) return;
  await makeDirectory(files, parent);
  await files.unpack(parent, new Blob([directoryTar(base(path))]).stream());
}

/** A tar with one directory that only its owner may enter (ustar, POSIX.1-1988). */
function directoryTar(name: string): Uint8Array<ArrayBuffer> {
  const tar = new Uint8Array(3 * BLOCK_BYTES);
  const put = (text: string, at: number): void => tar.set(new TextEncoder().encode(text), at);
  put(`${name}/`, 0);
  put('0000700', 100);
  put('0000000', 108);
  put('0000000', 116);
  put('00000000000', 124);
  put(
    Math.floor(Date.now() / 1000)
      .toString(8)
      .padStart(11, '0'),
    136,
  );
  put('5', 156);
  put('ustar\x0000', 257);
  tar.fill(0x20, 148, 156);
  const sum = tar.subarray(0, BLOCK_BYTES).reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0`, 148);
  return tar;
}
