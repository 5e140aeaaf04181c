// The mounts that a create request asks for, checked and brought into one form, in dockerd's words and order.
// Source: moby volume/mounts/linux_parser.go, daemon/volumes.go registerMountPoints.
import { DrydockError } from '../../contracts/errors.ts';
import { cleanPath, isAbsolute } from './clean-path.ts';
import type { HostConfig, MountRequest } from './create-request.ts';
import type { BindMount, TmpfsMount } from './mount-points.ts';

/** A volume that is still to be found or made. */
export interface VolumeDraft {
  readonly type: 'volume';
  /** Empty for an anonymous one. */
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>> | null;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly destination: string;
  readonly mode: string;
  readonly writable: boolean;
  /** What the image has there goes into an empty volume first. */
  readonly copyData: boolean;
  readonly subpath?: string;
}

export type MountDraft = BindMount | TmpfsMount | VolumeDraft;

const DEFAULT_PROPAGATION = 'rprivate';
const PROPAGATIONS = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'];
const MODE_KINDS: readonly (readonly string[])[] = [
  ['rw', 'ro'],
  ['z', 'Z'],
  PROPAGATIONS,
  ['nocopy'],
  ['consistent', 'cached', 'delegated'],
];

/**
 * @param dataRoot a bind of it, or of what is above it, must not keep the daemon's mounts to itself
 * @throws DrydockError `invalid-argument` in Docker's words
 */
export function parseMounts(hostConfig: HostConfig, dataRoot: string): MountDraft[] {
  const drafts = new Map<string, MountDraft>();
  for (const bind of hostConfig.Binds) {
    const draft = withDaemonRoot(parseBind(bind, hostConfig.VolumeDriver), dataRoot, bind.split(':')[2] ?? '');
    if (Object.hasOwn(hostConfig.Tmpfs, draft.destination)) throw duplicate(draft.destination);
    addOnce(drafts, draft);
  }
  for (const mount of hostConfig.Mounts) {
    addOnce(drafts, withDaemonRoot(parseMount(mount), dataRoot, mount.BindOptions?.Propagation ?? ''));
  }
  for (const [destination, options] of Object.entries(hostConfig.Tmpfs)) {
    requireDestination(destination);
    addOnce(drafts, { type: 'tmpfs', destination: cleanPath(destination), options, listed: false });
  }
  return [...drafts.values()];
}

/** `name[:mode]` of --volumes-from. @throws DrydockError `invalid-argument` in Docker's words */
export function parseVolumesFrom(spec: string): { readonly container: string; readonly writable: boolean } {
  if (spec === '') throw refuse('volumes-from specification cannot be an empty string');
  const [container = '', mode = ''] = spec.split(/:(.*)/s, 2);
  const words = mode.split(',');
  if (!isValidMode(mode) || words.some((word) => PROPAGATIONS.includes(word) || word === 'nocopy')) {
    throw refuse(`invalid mode: ${mode}`);
  }
  return { container, writable: !words.includes('ro') };
}

function addOnce(drafts: Map<string, MountDraft>, draft: MountDraft): void {
  if (drafts.has(draft.destination)) throw duplicate(draft.destination);
  drafts.set(draft.destination, draft);
}

function duplicate(destination: string): DrydockError {
  return refuse(`Duplicate mount point: ${destination}`);
}

function withDaemonRoot(draft: MountDraft, dataRoot: string, asked: string): MountDraft {
  if (draft.type !== 'bind' || (!draft.source.startsWith(dataRoot) && !dataRoot.startsWith(draft.source))) return draft;
  const propagation = PROPAGATIONS.find((word) => asked.split(',').includes(word));
  if (propagation === undefined) return { ...draft, propagation: 'rslave' };
  if (propagation === 'rslave' || propagation === 'rshared') return draft;
  throw refuse(
    'invalid mount config: must use either propagation mode "rslave" or "rshared" when mount source is within the ' +
      `daemon root, daemon root: "${dataRoot}", bind mount source: "${draft.source}", propagation: "${propagation}"`,
  );
}

function parseBind(raw: string, volumeDriver: string): BindMount | VolumeDraft {
  const invalid = `invalid volume specification: '${raw}'`;
  const [source = '', target, mode = '', ...rest] = raw.split(':');
  if (source === '' || target === undefined || rest.length > 0) throw refuse(invalid);
  if (!raw.includes(':', source.length + 1) && isValidMode(target)) throw refuse(invalid);
  if (!isValidMode(mode)) throw refuse(`invalid mode: ${mode}`);
  const type = isAbsolute(source) ? 'bind' : 'volume';
  const words = mode.split(',');
  const fail = (reason: string): DrydockError =>
    refuse(`${invalid}: invalid mount config for type "${type}": ${reason}`);
  requireTarget(target, fail);
  const propagation = words.find((option) => PROPAGATIONS.includes(option));
  const writable = !words.includes('ro');
  if (type === 'volume') {
    if (propagation !== undefined) throw fail('field BindOptions must not be specified');
    return {
      type,
      name: source,
      driver: volumeDriver,
      options: null,
      labels: null,
      destination: cleanPath(target),
      mode: mode || 'z',
      writable,
      copyData: !words.includes('nocopy'),
    };
  }
  if (words.includes('nocopy')) throw fail('field VolumeOptions must not be specified');
  return {
    type,
    source: cleanPath(source),
    destination: cleanPath(target),
    mode,
    writable,
    propagation: propagation ?? DEFAULT_PROPAGATION,
    recursive: true,
    readOnly: 'recursive-if-possible',
    createSource: true,
  };
}

function parseMount(mount: MountRequest): MountDraft {
  const fail = (reason: string): DrydockError => refuse(`invalid mount config for type "${mount.Type}": ${reason}`);
  if (mount.Target === '') throw fail('field Target must not be empty');
  requireTarget(mount.Target, fail);
  const unexpected = (...fields: ('BindOptions' | 'VolumeOptions' | 'ImageOptions')[]): void => {
    const found = fields.find((field) => mount[field]);
    if (found !== undefined) throw fail(`field ${found} must not be specified`);
  };
  switch (mount.Type) {
    case 'bind':
      if (mount.Source === '') throw fail('field Source must not be empty');
      return bindOf(mount, fail, unexpected);
    case 'volume':
      unexpected('BindOptions', 'ImageOptions');
      return volumeOf(mount, fail);
    case 'tmpfs':
      unexpected('BindOptions', 'ImageOptions');
      if (mount.Source !== '') throw fail('field Source must not be specified');
      return { type: 'tmpfs', destination: cleanPath(mount.Target), options: tmpfsOptions(mount, fail), listed: true };
    default:
      throw fail('mount type unknown');
  }
}

function bindOf(
  mount: MountRequest,
  fail: (reason: string) => DrydockError,
  unexpected: (...fields: ('VolumeOptions' | 'ImageOptions')[]) => void,
): BindMount {
  const options = mount.BindOptions;
  const propagation = options?.Propagation ?? '';
  if (propagation !== '' && !PROPAGATIONS.includes(propagation)) throw fail(`invalid propagation mode: ${propagation}`);
  unexpected('VolumeOptions', 'ImageOptions');
  if (!isAbsolute(mount.Source)) throw fail(`invalid mount path: '${mount.Source}' mount path must be absolute`);
  const { ReadOnlyNonRecursive: onlyTop = false, ReadOnlyForceRecursive: force = false } = options ?? {};
  const conflict = (what: string): DrydockError => refuse(`mount options conflict: ${what}`);
  if (!mount.ReadOnly && onlyTop) throw conflict('!ReadOnly && BindOptions.ReadOnlyNonRecursive');
  if (!mount.ReadOnly && force) throw conflict('!ReadOnly && BindOptions.ReadOnlyForceRecursive');
  if (onlyTop && force) throw conflict('ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive');
  return {
    type: 'bind',
    source: cleanPath(mount.Source),
    destination: cleanPath(mount.Target),
    mode: '',
    writable: !mount.ReadOnly,
    propagation: propagation || DEFAULT_PROPAGATION,
    recursive: !(options?.NonRecursive ?? false),
    readOnly: onlyTop ? 'non-recursive' : force ? 'recursive' : 'recursive-if-possible',
    createSource: options?.CreateMountpoint ?? false,
  };
}

function volumeOf(mount: MountRequest, fail: (reason: string) => DrydockError): VolumeDraft {
  const options = mount.VolumeOptions;
  const subpath = options?.Subpath ?? '';
  if (subpath !== '' && mount.Source === '') throw fail('must not set Subpath when using anonymous volumes');
  if (subpath !== '' && (isAbsolute(subpath) || cleanPath(subpath).startsWith('..'))) {
    throw fail('subpath must be a relative path within the volume');
  }
  if (mount.ReadOnly && mount.Source === '') throw fail('must not set ReadOnly mode when using anonymous volumes');
  return {
    type: 'volume',
    name: mount.Source,
    driver: options?.DriverConfig?.Name ?? '',
    options: options?.DriverConfig?.Options ?? null,
    labels: options?.Labels ?? null,
    destination: cleanPath(mount.Target),
    mode: 'z',
    writable: !mount.ReadOnly,
    copyData: !(options?.NoCopy ?? false),
    ...(subpath !== '' && { subpath: cleanPath(subpath) }),
  };
}

function tmpfsOptions(
  { TmpfsOptions: options, ReadOnly }: MountRequest,
  fail: (reason: string) => DrydockError,
): string {
  const words = ReadOnly ? ['ro'] : [];
  if (options?.Mode) words.push(`mode=${options.Mode.toString(8)}`);
  if (options?.SizeBytes) words.push(`size=${sizeWord(options.SizeBytes)}`);
  for (const option of options?.Options ?? []) {
    if (option.length < 1 || option.length > 2) throw fail('invalid option array length');
    if (!['exec', 'noexec'].includes(option[0] ?? '')) throw fail(`invalid option: ${option[0] ?? ''}`);
    words.push(option.join('='));
  }
  return words.join(',');
}

function sizeWord(bytes: number): string {
  const [suffix, divisor] = (
    [
      ['g', 2 ** 30],
      ['m', 2 ** 20],
      ['k', 2 ** 10],
    ] as const
  ).find(([, unit]) => bytes % unit === 0) ?? ['', 1];
  return `${bytes / divisor}${suffix}`;
}

function isValidMode(mode: string): boolean {
  if (mode === '') return true;
  const kinds = mode.split(',').map((word) => MODE_KINDS.findIndex((kind) => kind.includes(word)));
  return !kinds.includes(-1) && new Set(kinds).size === kinds.length;
}

function requireTarget(path: string, fail: (reason: string) => DrydockError): void {
  if (cleanPath(path) === '/') throw fail("invalid specification: destination can't be '/'");
  if (!isAbsolute(path)) throw fail(`invalid mount path: '${path}' mount path must be absolute`);
}

function requireDestination(path: string): void {
  requireTarget(path, refuse);
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
