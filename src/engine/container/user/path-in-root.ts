// Finds a container's file from outside: its symbolic links are followed inside its root, never on the host.
import { isDrydockError, DrydockError } from '../../../contracts/errors.ts';
import type { HostStat, Runtime } from '../../../contracts/runtime.ts';
import { readText } from '../read-text.ts';
import { DEFAULT_PATH } from '../spec/environment.ts';

const ENOENT = 2;
const MAX_LINKS = 40;

export interface PathInRoot {
  /** On the host, with every link resolved inside the root. */
  readonly path: string;
  /** Undefined when it does not exist; `path` is then where it would be. */
  readonly stat: HostStat | undefined;
}

/**
 * @param path absolute, in the container
 * @throws DrydockError `guest` for anything but a missing file; `invalid-argument` for too many links
 */
export async function resolveInRoot(runtime: Runtime, root: string, path: string): Promise<PathInRoot> {
  const pending = namesOf(path);
  const found: string[] = [];
  let links = 0;
  let stat: HostStat | undefined = { kind: 'directory', mode: 0o755, bytes: 0, modifiedS: 0 };
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (name === '..') {
      found.pop();
      continue;
    }
    const here = `${root}/${[...found, name].join('/')}`;
    stat = stat === undefined ? undefined : await statOrUndefined(runtime, here);
    if (stat?.kind !== 'symlink') {
      found.push(name);
      continue;
    }
    if (++links > MAX_LINKS)
      throw new DrydockError('invalid-argument', `Cannot resolve ${path}: too many levels of symbolic links`);
    const target = await readLink(runtime, here);
    if (target.startsWith('/')) found.length = 0;
    pending.unshift(...namesOf(target));
    stat = { kind: 'directory', mode: 0o755, bytes: 0, modifiedS: 0 };
  }
  return { path: [root, ...found].join('/'), stat };
}

/** Text of a small file in the root; empty when it is missing or not a file. */
export async function readTextInRoot(runtime: Runtime, root: string, path: string): Promise<string> {
  const resolved = await resolveInRoot(runtime, root, path);
  if (resolved.stat?.kind !== 'file') return '';
  return new TextDecoder().decode(await runtime.files.read(resolved.path));
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

async function statOrUndefined(runtime: Runtime, path: string): Promise<HostStat | undefined> {
  try {
    return await runtime.files.stat(path);
  } catch (error) {
    if (isDrydockError(error, 'guest') && error.errno === ENOENT) return undefined;
    throw error;
  }
}

// The port has no readlink: such links are rare, so a program may do it.
async function readLink(runtime: Runtime, path: string): Promise<string> {
  const task = await runtime.spawn({
    argv: ['readlink', '-n', path],
    env: { PATH: DEFAULT_PATH },
    cwd: '/',
    stdio: { stdin: false, tty: false },
  });
  return readText(task.stdout);
}
