// Docker's data root: the directories that are there before the first image, wherever daemon.json puts them.
import { DrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import { runHelper } from '../run-helper.ts';
import { DEFAULT_DATA_ROOT } from './daemon-config.ts';
import type { DaemonConfig } from './daemon-config.ts';
import { letRootPass } from './give-to-root.ts';

/** Below the data root, with dockerd's modes. */
const DIRECTORIES: readonly (readonly [name: string, mode: number])[] = [
  ['overlay2', 0o710],
  ['containers', 0o710],
  ['image', 0o700],
  ['volumes', 0o701],
  ['network', 0o750],
  ['buildkit', 0o711],
  ['tmp', 0o700],
  ['runtimes', 0o700],
  ['plugins', 0o700],
  ['swarm', 0o700],
];

/** The guest's root is an overlay itself, and the kernel refuses an overlay as another one's upper side. */
const UNUSABLE = ['overlay', '9p', 'erofs'];

/**
 * What is below `$1` already is copied into the new file system: a learner moves data there before the restart. The
 * second mount is a bind, since one below a shared mount cannot be moved.
 */
const OWN_FILE_SYSTEM = `
  mkdir -p "$1" && new=$(mktemp -d /run/docker-data.XXXXXX) &&
  mount -t tmpfs -o mode=0710,size=75% tmpfs "$new" && cp -a "$1/." "$new/" &&
  mount --bind "$new" "$1" && umount "$new" && rmdir "$new"`;

/**
 * One turn of requests for the default root.
 * @throws DrydockError `invalid-argument`: the line with which dockerd ends
 */
export async function prepareDataRoot(runtime: Runtime, dataRoot: string, log: (line: string) => void): Promise<void> {
  const { files } = runtime;
  if (dataRoot !== DEFAULT_DATA_ROOT) {
    const type = fileSystemOf(new TextDecoder().decode(await files.read('/proc/self/mounts')), dataRoot);
    if (UNUSABLE.includes(type)) {
      log(`data-root ${dataRoot} is on ${type}, which cannot hold containers: it gets a tmpfs of its own`);
      await runHelper(runtime, ['sh', '-c', OWN_FILE_SYSTEM, 'sh', dataRoot]).catch((cause: unknown) => {
        throw refuse(`mkdir ${dataRoot}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
      });
    } else {
      await files.mkdir(dataRoot, 0o710);
    }
  }
  await makeDirectories(files, dataRoot);
}

/** Containers' root must come through to what is theirs, and to nothing else. */
export async function prepareRemappedRoot(
  runtime: Runtime,
  daemon: Pick<DaemonConfig, 'dataRoot' | 'idMappings'>,
  above: string,
): Promise<void> {
  const { dataRoot } = daemon;
  await runtime.files.mkdir(dataRoot, 0o710);
  await makeDirectories(runtime.files, dataRoot);
  const passages = [above, dataRoot, `${dataRoot}/overlay2`, `${dataRoot}/containers`];
  await Promise.all(passages.map((path) => letRootPass({ runtime, daemon }, path)));
}

async function makeDirectories(files: Runtime['files'], dataRoot: string): Promise<void> {
  await Promise.all(DIRECTORIES.map(([name, mode]) => files.mkdir(`${dataRoot}/${name}`, mode)));
}

/** @param mounts /proc/self/mounts; the last mount on the longest path counts */
export function fileSystemOf(mounts: string, path: string): string {
  let best = { length: -1, type: '' };
  for (const [, target = '', type = ''] of mounts.split('\n').map((line) => line.split(' '))) {
    const place = target.replaceAll('\\040', ' ');
    const inside = place === '/' || path === place || path.startsWith(`${place}/`);
    if (target !== '' && inside && place.length >= best.length) best = { length: place.length, type };
  }
  return best.type;
}

function refuse(reason: string, cause: unknown): DrydockError {
  return new DrydockError('invalid-argument', `failed to start daemon: ${reason}`, { cause });
}
