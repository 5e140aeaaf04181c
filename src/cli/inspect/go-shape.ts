// Dresses an inspection's JSON for templates: its nulls get their Go kinds, its maps are maps, and what JSON leaves out
// can be named. The members are those of Docker's api/types (container.InspectResponse, image.InspectResponse).
import { markOpen, rememberAbsent } from '../template/go-fields.ts';
import { isMap, TypedNil } from '../template/values.ts';

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

const CONFIG = {
  ExposedPorts: nil.map,
  Healthcheck: nil.pointer,
  ArgsEscaped: false,
  NetworkDisabled: false,
  MacAddress: '',
  StopSignal: '',
  StopTimeout: nil.pointer,
  Shell: nil.slice,
};
const HOST_CONFIG = {
  Annotations: nil.map,
  StorageOpt: nil.map,
  Tmpfs: nil.map,
  Sysctls: nil.map,
  Runtime: '',
  Mounts: nil.slice,
  Init: nil.pointer,
  KernelMemory: 0,
  KernelMemoryTCP: 0,
};

/** What each object may leave out, by the name it stands under; '' is the whole. */
const ABSENT: Readonly<Record<'container' | 'image', Readonly<Record<string, Readonly<Record<string, unknown>>>>>> = {
  container: {
    '': { SizeRw: nil.pointer, SizeRootFs: nil.pointer, ImageManifestDescriptor: nil.pointer },
    State: { Health: nil.pointer },
    Config: CONFIG,
    HostConfig: HOST_CONFIG,
  },
  image: {
    '': {
      Variant: '',
      OsVersion: '',
      Container: '',
      ContainerConfig: nil.pointer,
      Descriptor: nil.pointer,
      Manifests: nil.slice,
    },
    Config: CONFIG,
  },
};

function dress(value: unknown, name: string, kind: 'container' | 'image' | undefined): unknown {
  if (value === null) return MAPS.has(name) ? nil.map : POINTERS.has(name) ? nil.pointer : nil.slice;
  if (Array.isArray(value)) return value.map((item) => (item === null ? null : dress(item, '', undefined)));
  if (!isMap(value)) return value;
  const dressed = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      dress(item, name === 'LogConfig' ? `LogConfig.${key}` : key, kind),
    ]),
  );
  if (MAPS.has(name)) markOpen(dressed);
  const left = kind === undefined ? undefined : ABSENT[kind][name];
  if (left !== undefined) rememberAbsent(dressed, left);
  return dressed;
}

/** @param value decoded JSON; `undefined` kinds get no more than their nulls */
export function goShape(value: unknown, kind: 'container' | 'image' | undefined): unknown {
  return dress(value, '', kind);
}
