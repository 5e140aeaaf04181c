// The OCI configuration of a container: everything Docker's flags mean, as crun reads it.
import type { OciLinux, OciSpec } from '../../../contracts/oci-runtime.ts';
import type { IdMappings } from '../../../contracts/runtime.ts';
import { cleanPath } from '../clean-path.ts';
import type { Config, HostConfig } from '../create-request.ts';
import type { HostDevice } from '../host-devices.ts';
import type { MountPoint } from '../mount-points.ts';
import type { ContainerUser } from '../user/resolve-user.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { ContainerDevices } from './devices.ts';
import { environmentOf } from './environment.ts';
import { argsOf } from './init-process.ts';
import { mountsOf } from './mounts.ts';
import { namespacesOf } from './namespaces.ts';
import type { PidOf } from './namespaces.ts';
import { rootPropagationOf } from './propagation.ts';
import { resourcesOf, rlimitsOf } from './resources.ts';
import { seccompOf } from './seccomp-of.ts';
import { parseSecurityOptions } from './security-options.ts';

export interface SpecRequest {
  readonly id: string;
  readonly config: Config;
  readonly hostConfig: HostConfig;
  /** Host path of the mounted root. */
  readonly rootfs: string;
  readonly user: ContainerUser;
  readonly points: readonly MountPoint[];
  readonly networkFiles: Readonly<Record<string, string>>;
  /** Variables that tell of the containers it has links to. */
  readonly linkedEnv: readonly string[];
  readonly pidOf: PidOf;
  /** What Docker sets in a network namespace of the container's own. */
  readonly networkSysctls: Readonly<Record<string, string>>;
  readonly devices: ContainerDevices;
  /** Those at the paths of the block limits. */
  readonly limitedDevices: readonly HostDevice[];
  /** Host directory for /dev/shm, in place of a tmpfs of the container's own. */
  readonly sharedMemory: string | undefined;
  /** `uname -r`. */
  readonly kernelVersion: string;
  /** Of `userns-remap`, for a container in a user namespace of its own. */
  readonly idMappings?: IdMappings | undefined;
  /** The daemon has `userns-remap`, whatever this container asked for. */
  readonly remapped: boolean;
}

const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export function buildSpec(request: SpecRequest): OciSpec {
  const { config, hostConfig, user } = request;
  const security = parseSecurityOptions(hostConfig.SecurityOpt);
  const capabilities = capabilitiesOf({
    add: hostConfig.CapAdd,
    drop: hostConfig.CapDrop,
    privileged: hostConfig.Privileged,
  });
  // As execve(2) does: only root starts with capabilities in force.
  const inForce = user.uid === 0 ? capabilities : [];
  const rlimits = rlimitsOf(hostConfig);
  const [rows = 0, cols = 0] = hostConfig.ConsoleSize ?? [];
  const hasHostname = hostConfig.UTSMode !== 'host';
  return {
    ociVersion: '1.0.2',
    ...(hasHostname && { hostname: config.Hostname }),
    process: {
      terminal: config.Tty,
      ...(config.Tty && rows > 0 && cols > 0 && { consoleSize: { width: cols, height: rows } }),
      user: { uid: user.uid, gid: user.gid, additionalGids: [...user.additionalGids] },
      args: argsOf(config, hostConfig),
      env: environmentOf({ hostname: config.Hostname, tty: config.Tty, linked: request.linkedEnv }, config.Env),
      cwd: config.WorkingDir || '/',
      capabilities: { bounding: capabilities, effective: inForce, permitted: inForce },
      ...(rlimits.length > 0 && { rlimits }),
      noNewPrivileges: security.noNewPrivileges,
      oomScoreAdj: hostConfig.OomScoreAdj,
    },
    root: { path: request.rootfs, readonly: hostConfig.ReadonlyRootfs },
    mounts: mountsOf(request),
    ...(Object.keys(hostConfig.Annotations).length > 0 && { annotations: hostConfig.Annotations }),
    linux: linuxOf(request, capabilities),
  };
}

function linuxOf(request: SpecRequest, capabilities: readonly string[]): OciLinux {
  const { id, hostConfig, pidOf, devices, idMappings } = request;
  const masks = !hostConfig.Privileged;
  const seccomp = seccompOf(hostConfig, { capabilities, kernelVersion: request.kernelVersion });
  const sysctl = sysctlOf(request);
  return {
    namespaces: namespacesOf(hostConfig, idMappings !== undefined, pidOf),
    ...(idMappings && { uidMappings: [...idMappings.uids], gidMappings: [...idMappings.gids] }),
    cgroupsPath: cgroupsPath(hostConfig.CgroupParent || '/docker', id),
    ...(devices.nodes.length > 0 && { devices: [...devices.nodes] }),
    resources: { devices: [...devices.rules], ...resourcesOf(hostConfig, request.limitedDevices) },
    maskedPaths: hostConfig.MaskedPaths ?? (masks ? MASKED_PATHS : []),
    readonlyPaths: hostConfig.ReadonlyPaths ?? (masks ? READONLY_PATHS : []),
    ...rootPropagationOf(request.points),
    ...(seccomp && { seccomp }),
    ...(Object.keys(sysctl).length > 0 && { sysctl }),
  };
}

/** Below /sys/fs/cgroup, whatever the parent says. */
function cgroupsPath(parent: string, id: string): string {
  return cleanPath(`/${parent}/${id}`);
}

function sysctlOf({ config, hostConfig, networkSysctls, idMappings }: SpecRequest): Record<string, string> {
  const { NetworkMode, Sysctls } = hostConfig;
  const ownNetwork = NetworkMode !== 'host' && !NetworkMode.startsWith('container:');
  const { 'net.ipv4.ping_group_range': pingGroups, ...others } = networkSysctls;
  return {
    ...(config.Domainname !== '' && { 'kernel.domainname': config.Domainname }),
    // The range names groups that a user namespace does not have.
    ...(ownNetwork &&
      idMappings === undefined &&
      pingGroups !== undefined && { 'net.ipv4.ping_group_range': pingGroups }),
    ...(ownNetwork && others),
    ...Sysctls,
  };
}
