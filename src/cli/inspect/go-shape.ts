// Dresses an inspection's JSON for templates: its nulls get their Go kinds, its maps are maps, and what JSON leaves out
// can be named. The members are those of Docker's api/types (container.InspectResponse, image.InspectResponse).
import { markKeyType, markOpen, markStruct, rememberAbsent, rememberOrder } from '../template/go-fields.ts';
import { goJson, isMap, sortedEntries, TemplateStruct, TypedNil } from '../template/values.ts';

const MAPS = new Set(
  [
    'Labels',
    'PortBindings',
    'ExposedPorts',
    'Volumes',
    'Ports',
    'Networks',
    'Options',
    'DriverOpts',
    'Config.Config',
  ].concat(['Sysctls', 'Tmpfs', 'Annotations', 'StorageOpt', 'Data', 'LogConfig.Config', 'Containers', 'Details']),
);
const POINTERS = new Set(
  [
    'Health',
    'Healthcheck',
    'IPAMConfig',
    'Init',
    'OomKillDisable',
    'PidsLimit',
    'MemorySwappiness',
    'StopTimeout',
  ].concat(['ImageManifestDescriptor', 'Descriptor', 'Cluster', 'SizeRw', 'SizeRootFs', 'DefaultAddrPool', 'Error']),
);

const PORT_MAPS = new Set(['PortBindings', 'Ports', 'ExposedPorts']);

const nil = { slice: new TypedNil('slice'), map: new TypedNil('map'), pointer: new TypedNil('pointer') };

const left = {
  slice: new TypedNil('slice', true),
  map: new TypedNil('map', true),
  pointer: new TypedNil('pointer', true),
};

const noPorts = new TypedNil('map', true);
markKeyType(noPorts, 'nat.Port');

const CONFIG = {
  ExposedPorts: noPorts,
  Healthcheck: left.pointer,
  ArgsEscaped: false,
  NetworkDisabled: false,
  MacAddress: '',
  StopSignal: '',
  StopTimeout: left.pointer,
  Shell: left.slice,
};
const IMAGE_CONFIG = {
  User: '',
  ...CONFIG,
  Env: left.slice,
  Entrypoint: left.slice,
  Cmd: left.slice,
  Volumes: left.map,
  WorkingDir: '',
  Labels: left.map,
  OnBuild: left.slice,
};
const HOST_CONFIG = {
  Annotations: left.map,
  StorageOpt: left.map,
  Tmpfs: left.map,
  Sysctls: left.map,
  Runtime: '',
  Mounts: left.slice,
  Init: left.pointer,
  PidsLimit: left.pointer,
  PortBindings: noPorts,
  KernelMemory: 0,
  KernelMemoryTCP: 0,
};

/** Docker keeps these for the default bridge, though its daemon no longer fills them in for others. */
const NETWORK_SETTINGS = {
  Bridge: '',
  SandboxID: '',
  SandboxKey: '',
  HairpinMode: false,
  LinkLocalIPv6Address: '',
  LinkLocalIPv6PrefixLen: 0,
  SecondaryIPAddresses: left.slice,
  SecondaryIPv6Addresses: left.slice,
  EndpointID: '',
  Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  IPAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  MacAddress: '',
};

/** api/types/network.EndpointSettings, whole and in its order. */
const ENDPOINT = {
  IPAMConfig: left.pointer,
  Links: left.slice,
  Aliases: left.slice,
  MacAddress: '',
  DriverOpts: left.map,
  GwPriority: 0,
  NetworkID: '',
  EndpointID: '',
  Gateway: '',
  IPAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  DNSNames: left.slice,
};

/** api/types/container.MountPoint. */
const MOUNT_POINT = {
  Type: '',
  Name: '',
  Source: '',
  Destination: '',
  Driver: '',
  Mode: '',
  RW: false,
  Propagation: '',
};

/** api/types/mount.Mount. */
const MOUNT = {
  Type: '',
  Source: '',
  Target: '',
  ReadOnly: false,
  Consistency: '',
  BindOptions: left.pointer,
  VolumeOptions: left.pointer,
  ImageOptions: left.pointer,
  TmpfsOptions: left.pointer,
  ClusterOptions: left.pointer,
};

/** Elements of lists and maps; their members are printed in this order. */
const ELEMENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'Networks[]': ENDPOINT,
  'Mounts[]': MOUNT_POINT,
  'HostConfig.Mounts[]': MOUNT,
};

/** What each object may leave out, by the name it stands under; '' is the whole. */
const ABSENT: Readonly<Record<'container' | 'image', Readonly<Record<string, Readonly<Record<string, unknown>>>>>> = {
  container: {
    '': { SizeRw: left.pointer, SizeRootFs: left.pointer, ImageManifestDescriptor: left.pointer },
    State: { Health: left.pointer },
    Config: CONFIG,
    HostConfig: HOST_CONFIG,
    NetworkSettings: NETWORK_SETTINGS,
  },
  image: {
    '': {
      Variant: '',
      OsVersion: '',
      Container: '',
      ContainerConfig: left.pointer,
      Descriptor: left.pointer,
      Manifests: left.slice,
    },
    Config: IMAGE_CONFIG,
  },
};

interface Dressing {
  readonly kind: 'container' | 'image' | undefined;
  /** Below a list, where names mean nothing. */
  readonly inList: boolean;
}

function dress(value: unknown, name: string, dressing: Dressing): unknown {
  if (value === null)
    return PORT_MAPS.has(name) ? noPorts : MAPS.has(name) ? nil.map : POINTERS.has(name) ? nil.pointer : nil.slice;
  if (Array.isArray(value))
    return value.map((item) => (item === null ? null : dress(item, `${name}[]`, { ...dressing, inList: true })));
  if (!isMap(value)) return value;
  const { kind, inList } = dressing;
  if (kind === 'container' && name === 'Ulimits[]') return ulimit(value);
  const isGoMap = MAPS.has(name);
  // Go writes its maps sorted.
  const entries = isGoMap ? sortedEntries(value) : Object.entries(value);
  const dressed = Object.fromEntries(
    entries.map(([key, item]) => [key, dress(item, memberName(name, key, isGoMap), dressing)]),
  );
  if (isGoMap) markOpen(dressed);
  else if (kind !== undefined) markStruct(dressed);
  if (PORT_MAPS.has(name)) markKeyType(dressed, 'nat.Port');
  const element = kind === 'container' ? ELEMENTS[name] : undefined;
  if (element !== undefined) rememberOrder(dressed, Object.keys(element));
  const absent = element ?? (kind === undefined || inList ? undefined : ABSENT[kind][name]);
  if (absent !== undefined) rememberAbsent(dressed, absent);
  return dressed;
}

/** What decides how a member is dressed: its name, and that of its owner where one name has two meanings. */
function memberName(owner: string, key: string, isGoMap: boolean): string {
  if (isGoMap && owner === 'Networks') return 'Networks[]';
  if (owner === 'LogConfig') return `LogConfig.${key}`;
  return owner === 'HostConfig' && key === 'Mounts' ? 'HostConfig.Mounts' : key;
}

/** It has a String of its own: go-units' Ulimit. */
function ulimit(fields: Readonly<Record<string, unknown>>): TemplateStruct {
  const { Name, Soft, Hard } = fields;
  const String = () => `${Name as string}=${Soft as number}:${Hard as number}`;
  return new TemplateStruct('container.Ulimit', { ...fields, String }, () => goJson(fields));
}

/** @param value decoded JSON; without a kind it gets no more than its nulls and maps */
export function goShape(value: unknown, kind: 'container' | 'image' | undefined): unknown {
  return dress(value, '', { kind, inList: false });
}
