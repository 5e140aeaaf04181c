// What is mounted into a container, in order: the kernel's file systems, Docker's own files, then the user's mounts.
import { DrydockError } from '../../../contracts/errors.ts';
import type { OciMount } from '../../../contracts/oci-runtime.ts';
import type { HostConfig } from '../create-request.ts';
import type { MountPoint } from '../mount-points.ts';
import { initMounts } from './init-process.ts';
import { parseSecurityOptions } from './security-options.ts';

/** What is mounted below a read-only bind is read-only, too: mount_setattr(2) with AT_RECURSIVE. */
const READ_ONLY = ['ro', 'rro'];
const SHM = '/dev/shm';
const OWN_WRITABLE = ['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue'];
const TMPFS_DEFAULTS = ['noexec', 'nosuid', 'nodev', 'rprivate'];
/** Pairs where the later one wins. */
const OPPOSITES = [
  ['exec', 'noexec'],
  ['suid', 'nosuid'],
  ['dev', 'nodev'],
  ['rw', 'ro'],
];

export interface MountsRequest {
  readonly hostConfig: HostConfig;
  readonly points: readonly MountPoint[];
  /** Destination -> host path of /etc/hostname, /etc/hosts, /etc/resolv.conf. */
  readonly networkFiles: Readonly<Record<string, string>>;
  /** Host directory for /dev/shm, in place of a tmpfs of the container's own. */
  readonly sharedMemory: string | undefined;
  /** The daemon has `userns-remap`. */
  readonly remapped: boolean;
}

/** @throws DrydockError `internal` in Docker's words */
export function mountsOf(request: MountsRequest): OciMount[] {
  const { hostConfig, points, networkFiles, sharedMemory, remapped } = request;
  if (remapped && parseSecurityOptions(hostConfig.SecurityOpt).writableCgroups !== undefined) {
    throw new DrydockError('internal', 'option WritableCgroups conflicts with user namespaces and rootless mode');
  }
  const user = new Set(points.map(({ destination }) => destination));
  const defaults = defaultMounts(request).filter(
    ({ destination }) => !user.has(destination) && !(user.has('/dev') && destination.startsWith('/dev/')),
  );
  const files = Object.entries(networkFiles)
    .filter(([destination]) => !user.has(destination))
    .map(([destination, source]) => bindOf(source, destination));
  const shared = sharedMemory === undefined || user.has(SHM) ? [] : [bindOf(sharedMemory, SHM)];
  const mounts = [...defaults.map((mount) => adapt(mount, request)), ...shared, ...files];
  const byDepth = [...points].sort((a, b) => depth(a.destination) - depth(b.destination));
  return [...mounts, ...byDepth.map(toOciMount), ...initMounts(hostConfig)];
}

function defaultMounts({ hostConfig, sharedMemory }: MountsRequest): OciMount[] {
  const { IpcMode, ShmSize } = hostConfig;
  const ownShm = IpcMode !== 'none' && sharedMemory === undefined;
  const mount = (destination: string, type: string, source: string, ...options: string[]): OciMount => ({
    destination,
    type,
    source,
    options,
  });
  const quiet = ['nosuid', 'noexec', 'nodev'];
  return [
    mount('/proc', 'proc', 'proc', ...quiet),
    mount('/dev', 'tmpfs', 'tmpfs', 'nosuid', 'strictatime', 'mode=755', 'size=65536k'),
    mount('/dev/pts', 'devpts', 'devpts', 'nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'),
    mount('/sys', 'sysfs', 'sysfs', ...quiet, 'ro'),
    mount('/sys/fs/cgroup', 'cgroup', 'cgroup', 'ro', ...quiet),
    mount('/dev/mqueue', 'mqueue', 'mqueue', ...quiet),
    ...(ownShm ? [mount(SHM, 'tmpfs', 'shm', ...quiet, 'mode=1777', `size=${ShmSize}`)] : []),
  ];
}

function adapt(mount: OciMount, { hostConfig, remapped }: MountsRequest): OciMount {
  const { Privileged, ReadonlyRootfs, SecurityOpt } = hostConfig;
  const isCgroup = mount.type === 'cgroup';
  // In a user namespace the kernel does not let a mount become read-only after it was made: Docker leaves it writable.
  const writableCgroups = parseSecurityOptions(SecurityOpt).writableCgroups ?? (Privileged || remapped);
  if (isCgroup ? writableCgroups : Privileged && mount.destination === '/sys') {
    return { ...mount, options: mount.options.filter((option) => option !== 'ro') };
  }
  const staysWritable = OWN_WRITABLE.includes(mount.destination) || mount.options.includes('ro');
  return ReadonlyRootfs && !staysWritable ? { ...mount, options: [...mount.options, 'ro'] } : mount;
}

function bindOf(source: string, destination: string): OciMount {
  return { destination, type: 'bind', source, options: ['rbind', 'rprivate'] };
}

function toOciMount(point: MountPoint): OciMount {
  if (point.type === 'tmpfs') {
    const options = mergeOptions([...TMPFS_DEFAULTS, ...point.options.split(',').filter((option) => option !== '')]);
    return { destination: point.destination, type: 'tmpfs', source: 'tmpfs', options };
  }
  const { destination, source } = point;
  if (point.type === 'volume') {
    return { destination, type: 'bind', source, options: ['rbind', ...(point.writable ? [] : READ_ONLY), 'rprivate'] };
  }
  const readOnly = point.readOnly === 'non-recursive' ? ['ro'] : READ_ONLY;
  const options = [point.recursive ? 'rbind' : 'bind', ...(point.writable ? [] : readOnly), point.propagation];
  return { destination, type: 'bind', source, options };
}

function mergeOptions(options: readonly string[]): string[] {
  const merged = new Map<string, string>();
  for (const option of options) {
    const pair = OPPOSITES.find((names) => names.includes(option));
    const key = pair?.[0] ?? option.split('=', 1)[0] ?? option;
    merged.delete(key);
    merged.set(key, option);
  }
  return [...merged.values()];
}

function depth(path: string): number {
  return path.split('/').length;
}
