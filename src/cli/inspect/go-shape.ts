// Dresses an inspection's JSON for templates: its nulls get their Go kinds, its maps are maps, and what JSON leaves out
// can be named. The members are those of Docker's api/types (container.InspectResponse, image.InspectResponse).
import { markOpen, markStruct, rememberAbsent } from '../template/go-fields.ts';
import { isMap, sortedEntries, TypedNil } from '../template/values.ts';

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

const nil = { slice: new TypedNil('slice'), map: new TypedNil('map'), pointer: new TypedNil('pointer') };

const left = {
  slice: new TypedNil('slice', true),
  map: new TypedNil('map', true),
  pointer: new TypedNil('pointer', true),
};

const CONFIG = {
  ExposedPorts: left.map,
  Healthcheck: left.pointer,
  ArgsEscaped: false,
  NetworkDisabled: false,
  MacAddress: '',
  StopSignal: '',
  StopTimeout: left.pointer,
  Shell: left.slice,
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
    Config: CONFIG,
  },
};

interface Dressing {
  readonly kind: 'container' | 'image' | undefined;
  /** Below a list, where names mean nothing. */
  readonly inList: boolean;
}

function dress(value: unknown, name: string, dressing: Dressing): unknown {
  if (value === null) return MAPS.has(name) ? nil.map : POINTERS.has(name) ? nil.pointer : nil.slice;
  if (Array.isArray(value))
    return value.map((item) => (item === null ? null : dress(item, '', { ...dressing, inList: true })));
  if (!isMap(value)) return value;
  const isGoMap = MAPS.has(name);
  // Go writes its maps sorted.
  const entries = isGoMap ? sortedEntries(value) : Object.entries(value);
  const dressed = Object.fromEntries(
    entries.map(([key, item]) => [key, dress(item, name === 'LogConfig' ? `LogConfig.${key}` : key, dressing)]),
  );
  const { kind, inList } = dressing;
  if (isGoMap) markOpen(dressed);
  else if (kind !== undefined) markStruct(dressed);
  const absent = kind === undefined || inList ? undefined : ABSENT[kind][name];
  if (absent !== undefined) rememberAbsent(dressed, absent);
  return dressed;
}

/** @param value decoded JSON; without a kind it gets no more than its nulls and maps */
export function goShape(value: unknown, kind: 'container' | 'image' | undefined): unknown {
  return dress(value, '', { kind, inList: false });
}
