// Writes ~/.docker/config.json: logins change it. The guest's disk forgets it with the session, as everything there.
import type { CliSession } from '../../contracts/cli-session.ts';
import type { ConfigFile } from './config-file.ts';

const FILE_MODE = 0o600;
/** Only its owner may enter. */
const FOLDER_MODE = 0o700;

/** @param folder `--config` @returns the file's path */
export async function saveConfigFile(session: CliSession, folder: string, config: ConfigFile): Promise<string> {
  const path = `${folder}/config.json`;
  const { auths = {}, ...rest } = config;
  const bytes = new TextEncoder().encode(JSON.stringify({ auths, ...rest }, null, '\t'));
  await session.files.makeFolder(folder, FOLDER_MODE);
  await session.files.write(path, bytes, { mode: FILE_MODE });
  return path;
}
