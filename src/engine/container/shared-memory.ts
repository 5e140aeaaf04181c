// /dev/shm: a container's own, one that others may join (a tmpfs kept beside the container on the host), or another's.
import { DrydockError } from '../../contracts/errors.ts';
import { giveToRoot } from '../daemon/give-to-root.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { joinedContainer, joinedReference } from './joined-containers.ts';
import { readText } from './read-text.ts';
import { DEFAULT_PATH } from './spec/environment.ts';

const HOST = '/dev/shm';

/**
 * The host directory to mount at the container's /dev/shm; undefined when the OCI runtime makes one.
 * @throws DrydockError in Docker's words
 */
export async function prepareSharedMemory(
  context: ContainerContext,
  container: Container,
): Promise<string | undefined> {
  const { IpcMode, ShmSize } = container.hostConfig;
  const joined = joinedReference(IpcMode);
  if (joined !== undefined) {
    const other = joinedContainer(context.store, 'ipc', joined, container.id);
    if (other.hostConfig.IpcMode === 'shareable') return pathOf(other);
    const hint = 'non-shareable IPC (hint: use IpcMode:shareable for the donor container)';
    throw new DrydockError('invalid-argument', `failed to join IPC namespace: container ${joined}: ${hint}`);
  }
  if (IpcMode === 'host') return HOST;
  if (IpcMode !== 'shareable' || mountsItself(container)) return undefined;
  const path = pathOf(container);
  await context.runtime.files.mkdir(path, 0o700);
  const options = `nosuid,noexec,nodev,mode=1777,size=${ShmSize}`;
  await helper(context.runtime, ['mount', '-t', 'tmpfs', '-o', options, 'shm', path]);
  await giveToRoot(context, path);
  return path;
}

/** After the end of its last process; what others still have mounted lives on there. */
export async function releaseSharedMemory({ runtime }: ContainerContext, container: Container): Promise<void> {
  if (container.hostConfig.IpcMode !== 'shareable' || mountsItself(container)) return;
  // A start that failed early had not mounted it.
  await helper(runtime, ['umount', pathOf(container)], /not mounted|no mount point/);
}

function pathOf(container: Container): string {
  return `${container.directory}/mounts/shm`;
}

function mountsItself({ points }: Container): boolean {
  return points.some(({ destination }) => destination === HOST);
}

// The port mounts roots only: this flag is rare, so a program may do it.
async function helper(runtime: Runtime, argv: readonly string[], harmless?: RegExp): Promise<void> {
  const task = await runtime.spawn({
    argv,
    env: { PATH: DEFAULT_PATH },
    cwd: '/',
    stdio: { stdin: false, tty: false },
  });
  const [, error, { exitCode }] = await Promise.all([readText(task.stdout), readText(task.stderr), task.exited]);
  if (exitCode !== 0 && harmless?.test(error) !== true)
    throw new DrydockError('guest', `Cannot ${argv.join(' ')}: ${error.trim()}`);
}
