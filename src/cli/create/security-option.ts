// `--security-opt`: the client reads a seccomp profile's file itself and sends its content.
import type { CliFiles } from '../../contracts/cli-session.ts';
import { CliError, errorText } from '../cli-error.ts';
import { cut } from '../flags/list-flags.ts';
import { parseJson } from '../format/go-json-error.ts';
import { goQuote } from '../../shared/go-quote.ts';
import { indentJson } from '../format/json-indent.ts';
import { openError } from './file-error.ts';

export interface SecurityOptions {
  readonly options: readonly string[] | null;
  /** `systempaths=unconfined`: nothing of /proc is masked. Never sent as an option. */
  readonly unconfinedPaths: boolean;
}

async function readProfile(files: CliFiles, path: string): Promise<string> {
  let text: string;
  try {
    text = new TextDecoder().decode(await files.read(path));
  } catch (error) {
    throw new CliError(`opening seccomp profile (${path}) failed: ${openError(path, error).message}`);
  }
  try {
    parseJson(text);
  } catch (error) {
    throw new CliError(`compacting json for seccomp profile (${path}) failed: ${errorText(error)}`);
  }
  return `seccomp=${indentJson(text, '')}`;
}

/** @throws CliError in Docker's words */
export async function readSecurityOptions(files: CliFiles, given: readonly string[]): Promise<SecurityOptions> {
  const options: string[] = [];
  for (const option of given) {
    let [key, value] = cut(option, '=');
    if (value === undefined && key !== 'no-new-privileges') [key, value] = cut(option, ':');
    if ((value ?? '') === '' && key !== 'no-new-privileges')
      throw new CliError(`Invalid --security-opt: ${goQuote(option)}`);
    const isFile = key === 'seccomp' && value !== undefined && !['builtin', 'unconfined'].includes(value);
    options.push(isFile ? await readProfile(files, value ?? '') : option);
  }
  const sent = options.filter((option) => option !== 'systempaths=unconfined');
  return { options: given.length === 0 ? null : sent, unconfinedPaths: sent.length < options.length };
}
