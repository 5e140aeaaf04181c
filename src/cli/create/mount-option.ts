// `--mount type=bind,source=/a,target=/b,readonly`.
import { parseByteSize } from '../flags/byte-size.ts';
import { parseCsv } from '../flags/csv.ts';
import type { Flag } from '../flags/flag.ts';
import { parseGoBool, parseGoUint } from '../flags/go-number.ts';
import { cut } from '../flags/list-flags.ts';

export interface MountDraft {
  Type: string;
  Source?: string;
  Target?: string;
  ReadOnly?: boolean;
  Consistency?: string;
  BindOptions?: {
    Propagation?: string;
    NonRecursive?: boolean;
    ReadOnlyNonRecursive?: boolean;
    ReadOnlyForceRecursive?: boolean;
  };
  VolumeOptions?: {
    NoCopy?: boolean;
    Labels?: Record<string, string>;
    Subpath?: string;
    DriverConfig: { Name?: string; Options?: Record<string, string> };
  };
  ImageOptions?: { Subpath?: string };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

/** As the Engine API's `HostConfig.Mounts` has it. */
export type Mount = Readonly<MountDraft>;

const bindOptions = (mount: MountDraft) => (mount.BindOptions ??= {});
const volumeOptions = (mount: MountDraft) => (mount.VolumeOptions ??= { DriverConfig: {} });
const tmpfsOptions = (mount: MountDraft) => (mount.TmpfsOptions ??= {});

function checked<T>(key: string, value: string, parse: (text: string) => T): T {
  try {
    return parse(value);
  } catch {
    throw new Error(`invalid value for ${key}: ${value}`);
  }
}

/** A member that Go leaves out when it has its zero value. */
const flagged = (value: boolean): true | undefined => (value ? true : undefined);

function addPair(target: Record<string, string>, text: string): void {
  const [key, value] = cut(text, '=');
  if (key !== '') target[key] = value ?? '';
}

function setRecursive(mount: MountDraft, key: string, value: string): void {
  const options = bindOptions(mount);
  if (value === 'disabled') options.NonRecursive = true;
  else if (value === 'writable') options.ReadOnlyNonRecursive = true;
  else if (value === 'readonly') options.ReadOnlyForceRecursive = true;
  else if (value !== 'enabled') {
    throw new Error(`invalid value for ${key}: ${value} (must be "enabled", "disabled", "writable", or "readonly")`);
  }
}

function setOption<K extends string, V>(target: Partial<Record<K, V>>, key: K, value: V | undefined): void {
  if (value !== undefined) target[key] = value;
}

function setField(mount: MountDraft, key: string, value: string, field: string): void {
  switch (key) {
    case 'type':
      mount.Type = value.toLowerCase();
      break;
    case 'source':
    case 'src':
      mount.Source = value;
      break;
    case 'target':
    case 'dst':
    case 'destination':
      mount.Target = value;
      break;
    case 'readonly':
    case 'ro':
      setOption(mount, 'ReadOnly', flagged(checked(key, value, parseGoBool)));
      break;
    case 'consistency':
      mount.Consistency = value.toLowerCase();
      break;
    case 'bind-propagation':
      bindOptions(mount).Propagation = value.toLowerCase();
      break;
    case 'bind-nonrecursive':
      setOption(bindOptions(mount), 'NonRecursive', flagged(checked(key, value, parseGoBool)));
      break;
    case 'bind-recursive':
      setRecursive(mount, key, value);
      break;
    case 'volume-subpath':
      volumeOptions(mount).Subpath = value;
      break;
    case 'volume-nocopy':
      setOption(volumeOptions(mount), 'NoCopy', flagged(checked(key, value, parseGoBool)));
      break;
    case 'volume-label':
      addPair((volumeOptions(mount).Labels ??= {}), value);
      break;
    case 'volume-driver':
      volumeOptions(mount).DriverConfig.Name = value;
      break;
    case 'volume-opt':
      addPair((volumeOptions(mount).DriverConfig.Options ??= {}), value);
      break;
    case 'image-subpath':
      (mount.ImageOptions ??= {}).Subpath = value;
      break;
    case 'tmpfs-size':
      tmpfsOptions(mount).SizeBytes = checked(key, value, parseByteSize);
      break;
    case 'tmpfs-mode':
      tmpfsOptions(mount).Mode = checked(key, value, (text) => parseGoUint(text, 8, 32));
      break;
    default:
      throw new Error(`unexpected key '${key}' in '${field}'`);
  }
}

function checkWhole(mount: MountDraft): void {
  if (mount.Type === '') throw new Error('type is required');
  if (mount.Target === undefined || mount.Target === '') throw new Error('target is required');
  const groups = [
    ['volume', mount.VolumeOptions],
    ['image', mount.ImageOptions],
    ['bind', mount.BindOptions],
    ['tmpfs', mount.TmpfsOptions],
  ] as const;
  for (const [type, options] of groups) {
    if (options !== undefined && mount.Type !== type)
      throw new Error(`cannot mix '${type}-*' options with mount type '${mount.Type}'`);
  }
  const bind = mount.BindOptions ?? {};
  const needs = (option: string, what: string) =>
    new Error(`option 'bind-recursive=${option}' requires '${what}' to be specified in conjunction`);
  if (bind.ReadOnlyNonRecursive === true && mount.ReadOnly !== true) throw needs('writable', 'readonly');
  if (bind.ReadOnlyForceRecursive === true) {
    if (mount.ReadOnly !== true) throw needs('readonly', 'readonly');
    if (bind.Propagation !== 'rprivate') throw needs('readonly', 'bind-propagation=rprivate');
  }
}

const ALONE: Readonly<Record<string, string>> = {
  readonly: 'true',
  ro: 'true',
  'volume-nocopy': 'true',
  'bind-nonrecursive': 'true',
};

/** @throws Error in Docker's words */
export function parseMount(text: string): Mount {
  const mount: MountDraft = { Type: 'volume' };
  for (const field of parseCsv(text)) {
    const [name, value] = cut(field, '=');
    const key = name.toLowerCase();
    const given = value ?? ALONE[key];
    if (given === undefined) throw new Error(`invalid field '${field}' must be a key=value pair`);
    setField(mount, key, given, field);
  }
  checkWhole(mount);
  return mount;
}

export function mountFlag(usage: string): Flag<readonly Mount[]> {
  return { type: 'mount', usage, initial: [], defaultText: '', set: (list, text) => [...list, parseMount(text)] };
}
