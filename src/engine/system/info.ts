// GET /info: the host as it is, and what the engine holds.
import type { SystemInfo } from '@docker/node-sdk';
import { DOCKER_VERSION } from '../../contracts/engine-api.ts';
import type { Services } from '../api/services.ts';
import { rfc3339Nano } from '../timestamp.ts';
import { registryConfigOf } from './registry-config.ts';

export function infoOf({ containers, events, engineId, imageCount }: Services): SystemInfo {
  const { host } = containers.runtime;
  const { daemon } = containers;
  const states = containers.store.all().map(({ state }) => state.name);
  const paused = states.filter((name) => name === 'paused').length;
  const running = states.filter((name) => name === 'running' || name === 'restarting').length;
  return {
    ID: engineId,
    Containers: states.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: states.length - running - paused,
    Images: imageCount(),
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', 'tmpfs'],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'null'],
      Authorization: null as never,
      Log: ['json-file', 'none'],
    },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    Debug: daemon.debug,
    NFd: 0,
    OomKillDisable: false,
    NGoroutines: 0,
    SystemTime: rfc3339Nano(containers.clock.nowMs()),
    LoggingDriver: daemon.logDriver,
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '2',
    NEventsListener: events.listenerCount,
    KernelVersion: host.kernelVersion,
    OperatingSystem: host.operatingSystem,
    OSVersion: '',
    OSType: 'linux',
    Architecture: 'i686',
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: registryConfigOf(daemon),
    NCPU: host.cpus,
    MemTotal: host.memoryBytes,
    DockerRootDir: daemon.dataRoot,
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Name: host.hostname,
    Labels: [...daemon.labels],
    ExperimentalBuild: daemon.experimental,
    ServerVersion: DOCKER_VERSION,
    Runtimes: { crun: { path: 'crun' } },
    DefaultRuntime: 'crun',
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
    LiveRestoreEnabled: daemon.liveRestore,
    ...(daemon.defaultAddressPools.length > 0 && {
      DefaultAddressPools: daemon.defaultAddressPools.map(({ base, size }) => ({ Base: base, Size: size })),
    }),
    Isolation: '',
    InitBinary: '',
    ContainerdCommit: { ID: '' },
    RuncCommit: { ID: host.ociRuntimeVersion },
    InitCommit: { ID: '' },
    SecurityOptions: [
      'name=seccomp,profile=builtin',
      ...(daemon.idMappings === undefined ? [] : ['name=userns']),
      'name=cgroupns',
    ],
    CDISpecDirs: [],
    Warnings: [],
  };
}
