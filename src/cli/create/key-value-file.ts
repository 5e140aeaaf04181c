// `--env-file` and `--label-file`: one `KEY=value` a line, nothing quoted, nothing expanded.
import type { CliFiles } from '../../contracts/cli-session.ts';
import { CliError } from '../cli-error.ts';
import { cut } from '../flags/list-flags.ts';
import { openError } from './file-error.ts';

type Lookup = (name: string) => string | undefined;

/** @param lookup gives a key without a value one; without it such lines are dropped @throws CliError in Docker's words */
export async function readKeyValueFile(files: CliFiles, path: string, lookup?: Lookup): Promise<string[]> {
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    throw openError(path, error);
  }
  const invalid = (why: string) => new CliError(`invalid env file (${path}): ${why}`);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const result: string[] = [];
  for (const [at, raw] of splitLines(bytes).entries()) {
    let text: string;
    try {
      text = decoder.decode(raw);
    } catch {
      throw invalid(`invalid utf8 bytes at line ${at + 1}: [${[...raw].join(' ')}]`);
    }
    const line = (at === 0 ? text.replace(/^\ufeff/, '') : text).trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const [key, value] = cut(line, '=');
    if (key === '') throw invalid(`no variable name on line '${line}'`);
    if (/[ \t]/.test(key)) throw invalid(`variable '${key}' contains whitespaces`);
    const found = value === undefined ? lookup?.(line) : value;
    if (found !== undefined) result.push(`${key}=${found}`);
  }
  return result;
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    // A carriage return before the newline is not part of the line.
    lines.push(bytes.subarray(start, bytes[end - 1] === 13 && newline >= 0 ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}
