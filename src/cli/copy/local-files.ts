// The session's side of a copy: paths taken from where the command was typed, links followed as cp does.
import { isDrydockError } from '../../contracts/errors.ts';
import type { CliFiles, CliFileStat, CliSession } from '../../contracts/cli-session.ts';
import { CliError } from '../cli-error.ts';
import { fileErrorReason } from '../create/file-error.ts';
import { goQuote } from '../../shared/go-quote.ts';
import type { CopySource, CopyTarget } from './copy-plan.ts';
import { base, clean, dir, hasTrailingSlash, isAbsolute, join, preserveTrailing, rebaseName } from './go-path.ts';
import { splitEntry } from './go-path.ts';

const ENOENT = 2;
const ENOTDIR = 20;
const MAX_LINKS = 10;
const TYPE_MASK = 0o170000;

export const isDirectory = ({ mode }: CliFileStat): boolean => (mode & TYPE_MASK) === 0o040000;
const isLink = ({ mode }: CliFileStat): boolean => (mode & TYPE_MASK) === 0o120000;
const isDevice = ({ mode }: CliFileStat): boolean => [0o020000, 0o060000].includes(mode & TYPE_MASK);

export function localPath({ cwd }: CliSession, path: string): string {
  return preserveTrailing(isAbsolute(path) ? clean(path) : join(cwd, path), path);
}

/** @throws CliError `lstat /x: no such file or directory` */
export async function localSource(files: CliFiles, path: string, followLink: boolean): Promise<CopySource> {
  const resolved = await resolveSource(files, path, followLink);
  const found = await lstat(files, resolved.path);
  return { path: resolved.path, isDirectory: isDirectory(found), rebase: resolved.rebase };
}

async function resolveSource(
  files: CliFiles,
  path: string,
  followLink: boolean,
): Promise<{ readonly path: string; readonly rebase: string }> {
  if (followLink) return rebaseName(path, await follow(files, path));
  const at = path.lastIndexOf('/') + 1;
  const parent = await follow(files, path.slice(0, at));
  const resolved = `${parent === '/' ? '' : parent}/${path.slice(at)}`;
  const renamed = hasTrailingSlash(path) && base(path) !== base(resolved);
  return { path: resolved, rebase: renamed ? base(path) : '' };
}

/** A link is followed to where the copy goes, even when that does not exist yet; its directory must. */
export async function localTarget(files: CliFiles, path: string): Promise<CopyTarget> {
  let at = path;
  for (let links = 0; ; links++) {
    const found = await maybe(files, at);
    if (found === undefined) break;
    if (!isLink(found)) return { path: at, exists: true, isDirectory: isDirectory(found) };
    if (links > MAX_LINKS) throw new CliError(`too many symlinks in ${path}`);
    at = found.target;
  }
  const [parent] = splitEntry(at);
  if (!isDirectory(await stat(files, parent))) throw new CliError('not a directory');
  return { path: at, exists: false, isDirectory: false };
}

/** Docker's check of an output path, before anything is asked of the daemon. @throws CliError */
export async function requireOutputPath(files: CliFiles, path: string): Promise<void> {
  const parent = dir(clean(path));
  if (parent !== '.' && (await maybe(files, parent, true)) === undefined) {
    throw new CliError(`invalid output path: directory ${goQuote(parent)} does not exist`);
  }
  const found = await maybe(files, path, true);
  if (found === undefined || !isDevice(found)) return;
  throw new CliError(`invalid output path: ${goQuote(path)} must be a directory or a regular file: got a device`);
}

/** As Go's filepath.EvalSymlinks: an error names the first part of the path that is not there. */
async function follow(files: CliFiles, path: string): Promise<string> {
  try {
    return (await files.stat(path, { follow: true })).target;
  } catch (cause) {
    if (isDrydockError(cause, 'guest') && cause.errno === ENOTDIR) throw new CliError('not a directory');
    for (const part of prefixes(path)) await lstat(files, part);
    throw cause;
  }
}

/** `/a/b/`: `/a` and `/a/b`. */
function prefixes(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`);
}

function lstat(files: CliFiles, path: string): Promise<CliFileStat> {
  return reworded('lstat', path, () => files.stat(path));
}

function stat(files: CliFiles, path: string): Promise<CliFileStat> {
  return reworded('stat', path, () => files.stat(path, { follow: true }));
}

/** Undefined when it does not exist. */
async function maybe(files: CliFiles, path: string, followLast = false): Promise<CliFileStat | undefined> {
  try {
    return await (followLast ? stat(files, path) : lstat(files, path));
  } catch (error) {
    if (error instanceof CliError && isDrydockError(error.cause) && error.cause.errno === ENOENT) return undefined;
    throw error;
  }
}

async function reworded<T>(call: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isDrydockError(cause, 'guest')) throw cause;
    const message = `${call} ${path}: ${fileErrorReason(cause)}`;
    throw Object.assign(new CliError(message), { cause });
  }
}
