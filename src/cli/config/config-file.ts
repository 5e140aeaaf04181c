// ~/.docker/config.json: the learner's own defaults. Read only by the commands that look at one: a read costs the guest
// a round trip, and most runs need none.
import type { CliSession } from '../../contracts/cli-session.ts';
import { isDrydockError } from '../../contracts/errors.ts';
import { textSink } from '../cli-context.ts';
import { errorText } from '../cli-error.ts';
import { parseJson } from '../format/go-json-error.ts';
import { fileErrorReason } from '../create/file-error.ts';

export interface StoredLogin {
  /** `name:password` in base64. */
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** The settings that commands here look at (docker/cli, cli/config/configfile). */
export interface ConfigFile {
  /** Logins, by the registry's address. */
  readonly auths?: Readonly<Record<string, StoredLogin>>;
  readonly psFormat?: string;
  readonly imagesFormat?: string;
  readonly networksFormat?: string;
  readonly volumesFormat?: string;
  readonly statsFormat?: string;
  readonly detachKeys?: string;
  readonly pruneFilters?: readonly string[];
}

const ENOENT = 2;

/** What cannot be read or parsed is warned about, and counts as empty. @param folder `--config` */
export async function readConfigFile(session: CliSession, folder: string): Promise<ConfigFile> {
  const path = `${folder}/config.json`.replace(/^(\.\/+)+/, '');
  const warn = async (problem: string): Promise<ConfigFile> => {
    await textSink(session.stderr).line(`WARNING: Error ${problem}`);
    return {};
  };
  let text: string;
  try {
    text = new TextDecoder().decode(await session.files.read(path));
  } catch (error) {
    if (isDrydockError(error) && error.errno === ENOENT) return {};
    return warn(`loading config file: open ${path}: ${fileErrorReason(error)}`);
  }
  if (text.trim() === '') return {};
  try {
    return parseJson(text) as ConfigFile;
  } catch (error) {
    // Go reads this file as a stream, whose end has another name.
    const why = errorText(error).replace('unexpected end of JSON input', 'unexpected EOF');
    return warn(`parsing config file (${path}): ${why}`);
  }
}
