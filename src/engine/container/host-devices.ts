// Device nodes of the host: what `--device`, `--privileged` and the block limits name by path.
import { DrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import { readText } from './read-text.ts';
import { DEFAULT_PATH } from './spec/environment.ts';

export interface HostDevice {
  /** As it was asked for; below a directory, the directory as asked for and the rest. */
  readonly path: string;
  readonly type: 'b' | 'c' | 'p';
  readonly major: number;
  readonly minor: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Paths of /dev that every container has its own of. */
const OWN = ['/dev/pts', '/dev/shm', '/dev/fd', '/dev/mqueue'];
const TYPES: Readonly<Record<number, HostDevice['type']>> = { 0o6: 'b', 0o2: 'c', 0o1: 'p' };
const NODES = ['(', '-type', 'b', '-o', '-type', 'c', '-o', '-type', 'p', ')'];
const SHOW = ['-exec', 'stat', '-L', '-c', '%f %t %T %u %g %n', '{}', '+'];

/** All that a privileged container gets. */
export async function allHostDevices(runtime: Runtime): Promise<HostDevice[]> {
  const skipped = OWN.flatMap((path, index) => (index === 0 ? ['-path', path] : ['-o', '-path', path]));
  const found = await find(runtime, ['/dev', '(', ...skipped, ')', '-prune', '-o', ...NODES, ...SHOW]);
  return found.filter(({ path }) => path !== '/dev/console');
}

/** The device at each path, or all below a directory. */
export async function hostDevicesAt(runtime: Runtime, paths: readonly string[]): Promise<HostDevice[]> {
  return paths.length === 0 ? [] : find(runtime, ['-H', ...new Set(paths), ...NODES, ...SHOW]);
}

/** Why there is no device at a path. */
export async function reasonForNoDevice(runtime: Runtime, path: string): Promise<string> {
  try {
    await runtime.files.stat(path);
    return 'not a device node';
  } catch {
    return 'no such file or directory';
  }
}

// The port's `stat` has no device numbers: such flags are rare, so a program may do it.
async function find(runtime: Runtime, args: readonly string[]): Promise<HostDevice[]> {
  const task = await runtime.spawn({
    argv: ['find', ...args],
    env: { PATH: DEFAULT_PATH },
    cwd: '/',
    stdio: { stdin: false, tty: false },
  });
  const [text] = await Promise.all([readText(task.stdout), readText(task.stderr)]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
}

function parseLine(line: string): HostDevice {
  const [, mode, major, minor, uid, gid, path] =
    /^([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) (\d+) (\d+) (.*)$/.exec(line) ?? [];
  const bits = Number.parseInt(mode ?? '', 16);
  const type = TYPES[bits >> 12];
  if (type === undefined || path === undefined) {
    throw new DrydockError('internal', `Cannot read the host's devices: ${JSON.stringify(line)}`);
  }
  return {
    path,
    type,
    major: Number.parseInt(major ?? '', 16),
    minor: Number.parseInt(minor ?? '', 16),
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
  };
}
