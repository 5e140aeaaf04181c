// What daemon.json says of containers that do not say it themselves. Some of it becomes part of the container when it is
// created; the rest counts at each start, as with dockerd, so that a new daemon.json reaches old containers too.
import type { HostConfig } from '../container/create-request.ts';
import type { DaemonConfig } from './daemon-config.ts';

/** For a container that is created (moby daemon/logs.go, daemon_unix.go, adaptContainerSettings). */
export function withCreateDefaults(request: HostConfig, daemon: DaemonConfig): HostConfig {
  const { LogConfig: log, ShmSize, IpcMode, CgroupnsMode } = request;
  const driver = log?.Type || daemon.logDriver;
  const options = driver === daemon.logDriver ? daemon.logOpts : {};
  return {
    ...request,
    LogConfig: { Type: driver, Config: { ...options, ...log?.Config } },
    ShmSize: ShmSize || daemon.defaultShmBytes,
    IpcMode: IpcMode || daemon.defaultIpcMode,
    CgroupnsMode: CgroupnsMode || daemon.defaultCgroupnsMode,
  };
}

/** For a run that begins (moby daemon/oci_linux.go). */
export function withRunDefaults(hostConfig: HostConfig, daemon: DaemonConfig): HostConfig {
  const { Init, CgroupParent } = hostConfig;
  return {
    ...withUlimits(hostConfig, daemon),
    Init: Init ?? (daemon.init || undefined),
    CgroupParent: CgroupParent || daemon.cgroupParent,
    SecurityOpt: securityOptions(hostConfig, daemon),
  };
}

export type DnsSettings = Pick<HostConfig, 'Dns' | 'DnsOptions' | 'DnsSearch'>;

/** What the container says of its resolver, and what it does not say (moby daemon/container_operations.go, buildSandboxOptions). */
export function withDnsDefaults({ Dns, DnsOptions, DnsSearch }: DnsSettings, daemon: DaemonConfig): DnsSettings {
  const either = (own: string[], usual: readonly string[]): string[] => (own.length > 0 ? own : [...usual]);
  return {
    Dns: either(Dns, daemon.dns),
    DnsOptions: either(DnsOptions, daemon.dnsOptions),
    DnsSearch: either(DnsSearch, daemon.dnsSearch),
  };
}

// A privileged container has no filter but one that it asks for.
function securityOptions({ SecurityOpt, Privileged }: HostConfig, daemon: DaemonConfig): string[] {
  const asks = (name: string): boolean => SecurityOpt.some((option) => new RegExp(`^${name}([:=]|$)`).test(option));
  const { noNewPrivileges, seccompProfile: profile } = daemon;
  const options = [...SecurityOpt];
  if (noNewPrivileges && !asks('no-new-privileges')) options.push('no-new-privileges');
  if (profile !== 'builtin' && !Privileged && !asks('seccomp'))
    options.push(`seccomp=${profile === 'unconfined' ? profile : profile.json}`);
  return options;
}

/** The container's own, and those of daemon.json that it does not set; `docker inspect` shows them all. */
export function withUlimits(hostConfig: HostConfig, { defaultUlimits }: DaemonConfig): HostConfig {
  if (defaultUlimits.length === 0) return hostConfig;
  const own = new Set(hostConfig.Ulimits.map(({ Name }) => Name));
  const more = defaultUlimits
    .filter(({ Name }) => !own.has(Name))
    .map(({ Name, Hard, Soft }) => ({ Name, Hard, Soft }));
  return { ...hostConfig, Ulimits: [...hostConfig.Ulimits, ...more] };
}
