// The `Server:` part of `docker info`.
import type { SystemInfo } from '@docker/node-sdk';
import { binarySize } from '../../format/human-size.ts';

type Line = string | readonly Line[];

const ifText = (label: string, value: string | null | undefined): Line =>
  (value ?? '') === '' ? [] : `${label} ${value ?? ''}`;
const words = (list: readonly string[] | null | undefined) => (list ?? []).join(' ');

/** `name=seccomp,profile=builtin` is one option with its own settings. */
function securityLines(options: readonly string[] | null | undefined): Line {
  if (options === null || options === undefined || options.length === 0) return [];
  const lines = options.map((option): Line => {
    const pairs = option.split(',').map((pair) => pair.split('='));
    const name = pairs.find(([key]) => key === 'name')?.[1] ?? option;
    const profiles = pairs.filter(([key]) => key === 'profile').map(([, value]) => `   Profile: ${value ?? ''}`);
    return [`  ${name}`, profiles];
  });
  return [' Security Options:', lines];
}

function registryLines(info: SystemInfo): Line {
  const config = info.RegistryConfig;
  if (config === null || config === undefined) return [];
  const indexes = Object.values(config.IndexConfigs ?? {});
  const networks = config.InsecureRegistryCIDRs ?? [];
  const insecure = [...indexes.filter(({ Secure }) => Secure !== true).map(({ Name }) => Name ?? ''), ...networks];
  const mirrors = config.Mirrors ?? [];
  return [
    indexes.length + networks.length === 0 ? [] : [' Insecure Registries:', insecure.map((name) => `  ${name}`)],
    mirrors.length === 0 ? [] : [' Registry Mirrors:', mirrors.map((mirror) => `  ${mirror}`)],
  ];
}

function linuxLines(info: SystemInfo): Line {
  if (info.OSType !== 'linux') return [];
  return [
    ` Init Binary: ${info.InitBinary ?? ''}`,
    ` containerd version: ${info.ContainerdCommit?.ID ?? ''}`,
    ` runc version: ${info.RuncCommit?.ID ?? ''}`,
    ` init version: ${info.InitCommit?.ID ?? ''}`,
    securityLines(info.SecurityOptions),
  ];
}

function pluginLines(info: SystemInfo): Line {
  const plugins = info.Plugins;
  return [
    ' Plugins:',
    `  Volume: ${words(plugins?.Volume)}`,
    `  Network: ${words(plugins?.Network)}`,
    (plugins?.Authorization ?? []).length === 0 ? [] : `  Authorization: ${words(plugins?.Authorization)}`,
    `  Log: ${words(plugins?.Log)}`,
    (info.CDISpecDirs ?? []).length === 0
      ? []
      : [' CDI spec directories:', (info.CDISpecDirs ?? []).map((dir) => `  ${dir}`)],
  ];
}

function runtimeLines(info: SystemInfo): Line {
  const names = Object.keys(info.Runtimes ?? {});
  return names.length === 0 ? [] : [` Runtimes: ${names.join(' ')}`, ` Default Runtime: ${info.DefaultRuntime ?? ''}`];
}

function hostLines(info: SystemInfo): Line {
  const labels = info.Labels ?? [];
  return [
    ifText(' Kernel Version:', info.KernelVersion),
    ifText(' Operating System:', info.OperatingSystem),
    ifText(' OSType:', info.OSType),
    ifText(' Architecture:', info.Architecture),
    ` CPUs: ${info.NCPU ?? 0}`,
    ` Total Memory: ${binarySize(info.MemTotal ?? 0)}`,
    ifText(' Name:', info.Name),
    ifText(' ID:', info.ID),
    ` Docker Root Dir: ${info.DockerRootDir ?? ''}`,
    ` Debug Mode: ${String(info.Debug ?? false)}`,
    info.Debug === true
      ? [
          `  File Descriptors: ${info.NFd ?? 0}`,
          `  Goroutines: ${info.NGoroutines ?? 0}`,
          `  System Time: ${info.SystemTime ?? ''}`,
          `  EventsListeners: ${info.NEventsListener ?? 0}`,
        ]
      : [],
    ifText(' HTTP Proxy:', info.HttpProxy),
    ifText(' HTTPS Proxy:', info.HttpsProxy),
    ifText(' No Proxy:', info.NoProxy),
    labels.length === 0 ? [] : [' Labels:', labels.map((label) => `  ${label}`)],
    ` Experimental: ${String(info.ExperimentalBuild ?? false)}`,
  ];
}

function flatten(line: Line): readonly string[] {
  return typeof line === 'string' ? [line] : line.flatMap(flatten);
}

export function serverInfoLines(info: SystemInfo): readonly string[] {
  return flatten([
    ` Containers: ${info.Containers ?? 0}`,
    `  Running: ${info.ContainersRunning ?? 0}`,
    `  Paused: ${info.ContainersPaused ?? 0}`,
    `  Stopped: ${info.ContainersStopped ?? 0}`,
    ` Images: ${info.Images ?? 0}`,
    ifText(' Server Version:', info.ServerVersion),
    ifText(' Storage Driver:', info.Driver),
    (info.DriverStatus ?? []).map(([name, value]) => `  ${name ?? ''}: ${value ?? ''}`),
    ifText(' Logging Driver:', info.LoggingDriver),
    ifText(' Cgroup Driver:', info.CgroupDriver),
    ifText(' Cgroup Version:', info.CgroupVersion),
    pluginLines(info),
    ` Swarm: ${info.Swarm?.LocalNodeState ?? ''}`,
    runtimeLines(info),
    linuxLines(info),
    hostLines(info),
    registryLines(info),
    ` Live Restore Enabled: ${String(info.LiveRestoreEnabled ?? false)}`,
    ifText(' Product License:', info.ProductLicense),
    (info.DefaultAddressPools ?? []).length === 0
      ? []
      : [
          ' Default Address Pools:',
          (info.DefaultAddressPools ?? []).map(({ Base = '', Size = 0 }) => `   Base: ${Base}, Size: ${Size}`),
        ],
  ]);
}
