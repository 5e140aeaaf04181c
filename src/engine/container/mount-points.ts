// Where a container's directories come from: -v, --mount and --tmpfs, checked and brought into one form.
import type { MountPoint as MountPointBody } from '@docker/node-sdk';
import { DrydockError } from '../../contracts/errors.ts';
import { cleanPath, isAbsolute } from './clean-path.ts';
import type { HostConfig, MountRequest } from './create-request.ts';

export type MountPoint = BindMount | TmpfsMount;

export interface BindMount {
  readonly type: 'bind';
  readonly source: string;
  readonly destination: string;
  /** As given after the second colon of -v; empty for --mount. */
  readonly mode: string;
  readonly writable: boolean;
  readonly propagation: string;
  readonly recursive: boolean;
  /** -v makes a missing source directory, --mount refuses. */
  readonly createSource: boolean;
}

export interface TmpfsMount {
  readonly type: 'tmpfs';
  readonly destination: string;
  /** Mount options as written: `size=64m,mode=1777`. */
  readonly options: string;
  /** `Tmpfs` of the host configuration is not listed under `Mounts`, as with Docker. */
  readonly listed: boolean;
}

const DEFAULT_PROPAGATION = 'rprivate';
const PROPAGATIONS = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'];
const MODE_KINDS: readonly (readonly string[])[] = [
  ['rw', 'ro'],
  ['z', 'Z'],
  PROPAGATIONS,
  ['nocopy'],
  ['consistent', 'cached', 'delegated'],
];

/** @throws DrydockError `invalid-argument` in Docker's words */
export function mountPointsOf(hostConfig: HostConfig): MountPoint[] {
  const points = new Map<string, MountPoint>();
  for (const bind of hostConfig.Binds) addOnce(points, parseBind(bind));
  for (const mount of hostConfig.Mounts) addOnce(points, parseMount(mount));
  for (const [destination, options] of Object.entries(hostConfig.Tmpfs)) {
    requireDestination(destination);
    addOnce(points, { type: 'tmpfs', destination: cleanPath(destination), options, listed: false });
  }
  return [...points.values()];
}

/** `Mounts` of inspect and list. */
export function mountBodies(points: readonly MountPoint[]): MountPointBody[] {
  return points.flatMap((point): MountPointBody[] => {
    if (point.type === 'bind') {
      const { source, destination, mode, writable, propagation } = point;
      return [
        { Type: 'bind', Source: source, Destination: destination, Mode: mode, RW: writable, Propagation: propagation },
      ];
    }
    if (!point.listed) return [];
    return [{ Type: 'tmpfs', Source: '', Destination: point.destination, Mode: '', RW: true, Propagation: '' }];
  });
}

function addOnce(points: Map<string, MountPoint>, point: MountPoint): void {
  if (points.has(point.destination)) throw refuse(`Duplicate mount point: ${point.destination}`);
  points.set(point.destination, point);
}

function parseBind(raw: string): BindMount {
  const invalid = `invalid volume specification: '${raw}'`;
  const [source = '', target, mode = '', ...rest] = raw.split(':');
  if (source === '' || rest.length > 0) throw refuse(invalid);
  if (target === undefined) throw refuseVolume(source);
  if (!raw.includes(':', source.length + 1) && isValidMode(target)) throw refuse(invalid);
  if (!isValidMode(mode)) throw refuse(`invalid mode: ${mode}`);
  if (!isAbsolute(source)) throw refuseVolume(source);
  try {
    requireDestination(target);
  } catch (error) {
    throw refuse(`${invalid}: invalid mount config for type "bind": ${error instanceof Error ? error.message : ''}`);
  }
  const options = mode.split(',');
  return {
    type: 'bind',
    source: cleanPath(source),
    destination: cleanPath(target),
    mode,
    writable: !options.includes('ro'),
    propagation: options.find((option) => PROPAGATIONS.includes(option)) ?? DEFAULT_PROPAGATION,
    recursive: true,
    createSource: true,
  };
}

function parseMount(mount: MountRequest): MountPoint {
  const fail = (reason: string): DrydockError => refuse(`invalid mount config for type "${mount.Type}": ${reason}`);
  if (mount.Target === '') throw fail('field Target must not be empty');
  try {
    requireDestination(mount.Target);
  } catch (error) {
    throw fail(error instanceof Error ? error.message : '');
  }
  const destination = cleanPath(mount.Target);
  if (mount.Type === 'tmpfs') {
    if (mount.BindOptions) throw fail('field BindOptions must not be specified');
    if (mount.Source !== '') throw fail('field Source must not be specified');
    return { type: 'tmpfs', destination, options: tmpfsOptions(mount), listed: true };
  }
  if (mount.Type === 'volume') throw refuseVolume(mount.Source || mount.Target);
  if (mount.Type !== 'bind') throw fail('mount type unknown');
  if (mount.Source === '') throw fail('field Source must not be empty');
  if (mount.VolumeOptions) throw fail('field VolumeOptions must not be specified');
  const propagation = mount.BindOptions?.Propagation ?? '';
  if (propagation !== '' && !PROPAGATIONS.includes(propagation)) throw fail(`invalid propagation mode: ${propagation}`);
  if (!isAbsolute(mount.Source)) throw fail(`invalid mount path: '${mount.Source}' mount path must be absolute`);
  return {
    type: 'bind',
    source: cleanPath(mount.Source),
    destination,
    mode: '',
    writable: !mount.ReadOnly,
    propagation: propagation || DEFAULT_PROPAGATION,
    recursive: !(mount.BindOptions?.NonRecursive ?? false),
    createSource: mount.BindOptions?.CreateMountpoint ?? false,
  };
}

function tmpfsOptions({ TmpfsOptions: options, ReadOnly }: MountRequest): string {
  const words = ReadOnly ? ['ro'] : [];
  if (options?.Mode) words.push(`mode=${options.Mode.toString(8)}`);
  if (options?.SizeBytes) words.push(`size=${options.SizeBytes}`);
  for (const option of options?.Options ?? []) words.push(option.join('='));
  return words.join(',');
}

function isValidMode(mode: string): boolean {
  if (mode === '') return true;
  const kinds = mode.split(',').map((word) => MODE_KINDS.findIndex((kind) => kind.includes(word)));
  return !kinds.includes(-1) && new Set(kinds).size === kinds.length;
}

function requireDestination(path: string): void {
  if (cleanPath(path) === '/') throw refuse("invalid specification: destination can't be '/'");
  if (!isAbsolute(path)) throw refuse(`invalid mount path: '${path}' mount path must be absolute`);
}

function refuseVolume(name: string): DrydockError {
  return refuse(
    `Cannot use volume "${name}": this engine has bind mounts and tmpfs so far. Give an absolute host path`,
  );
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
