// /etc/docker/daemon.json as dockerd reads it: which options there are, what type each has, and Go's words for another.
// Source: moby daemon/config/config.go and config_linux.go, cmd/dockerd/config.go and config_unix.go.
import { z } from 'zod';
import { goKind } from './go-json.ts';

/** @param type of the field in Go */
const told = (type: string) => ({
  error: ({ input, path }: { readonly input?: unknown; readonly path?: readonly PropertyKey[] | undefined }) =>
    `json: cannot unmarshal ${goKind(input)}${Number.isFinite(input) && type !== 'string' ? ` ${String(input)}` : ''} ` +
    `into Go struct field Config.${String(path?.[0] ?? '')} of type ${type}`,
});

const text = z.string(told('string')).nullish();
const flag = z.boolean(told('bool')).nullish();
const integer = z.int(told('int')).nullish();
const texts = z.array(z.string(told('string')), told('[]string')).nullish();
const options = z.record(z.string(), z.string(told('string')), told('map[string]string'));
const textMap = options.nullish();
const anything = z.unknown().optional();

const ulimit = z.looseObject({ Name: text, Soft: integer, Hard: integer }, told('container.Ulimit'));
const pool = z.looseObject({ base: text, size: integer }, told('ipamutils.NetworkToSplit'));

/** What this engine takes note of. */
export const configSchema = z.looseObject({
  'data-root': text,
  'log-driver': text,
  'log-opts': textMap,
  'log-level': text,
  'log-format': text,
  'default-ulimits': z.record(z.string(), ulimit, told('map[string]*container.Ulimit')).nullish(),
  // Its own decoder takes the raw text.
  'default-shm-size': anything,
  'default-ipc-mode': text,
  'default-cgroupns-mode': text,
  'default-runtime': text,
  'cgroup-parent': text,
  init: flag,
  'no-new-privileges': flag,
  labels: texts,
  'live-restore': flag,
  'registry-mirrors': texts,
  'insecure-registries': texts,
  'userns-remap': text,
  'default-address-pools': z.array(pool, told('[]*ipamutils.NetworkToSplit')).nullish(),
  dns: texts,
  'dns-opts': texts,
  'dns-search': texts,
  'seccomp-profile': text,
  'shutdown-timeout': integer,
  debug: flag,
  experimental: flag,
  'storage-driver': text,
  'storage-opts': texts,
  'exec-opts': texts,
  'max-concurrent-downloads': integer,
  'max-concurrent-uploads': integer,
  'max-download-attempts': integer,
  mtu: integer,
  bip: text,
  icc: flag,
  iptables: flag,
  'ip-masq': flag,
  'ip-forward': flag,
  'ip-forward-no-drop': flag,
  'allow-direct-routing': flag,
  'userland-proxy': flag,
  bridge: text,
  'fixed-cidr': text,
  'default-gateway': text,
  ip: text,
  'host-gateway-ip': text,
  'host-gateway-ips': texts,
  'default-network-opts': z.record(z.string(), options, told('map[string]map[string]string')).nullish(),
  features: z.record(z.string(), z.boolean(told('bool')), told('map[string]bool')).nullish(),
});

export type ConfigFile = z.output<typeof configSchema>;

/** Options of dockerd that mean nothing here: known, so that a file with them is not refused. */
const WITHOUT_EFFECT =
  'add-runtime allow-nondistributable-artifacts authorization-plugins bip6 builder ' +
  'cdi-spec-dirs containerd containerd-namespace containerd-plugin-namespace cpu-rt-period cpu-rt-runtime ' +
  'cri-containerd default-gateway-v6 default-init deprecated-key-path exec-root fixed-cidr-v6 ' +
  'group hosts http-proxy https-proxy init-path ip6tables ipv6 ' +
  'metrics-addr network-control-plane-mtu network-diagnostic-port no-proxy node-generic-resources pidfile raw-logs ' +
  'resolv-conf rootless runtimes selinux-enabled swarm-default-advertise-addr tls tlscacert tlscert tlskey tlsverify ' +
  'userland-proxy-path';

const ignored = new Set(WITHOUT_EFFECT.split(' '));
/** Objects that are options themselves; another object is only a place for options. */
const WHOLE = ['default-network-opts', 'log-opts', 'runtimes', 'default-ulimits', 'features', 'builder'];

/** Every option that is set, be it in a nested object (`proxies`), in the file's order. */
export function optionNames(file: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(file).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !WHOLE.includes(name)
      ? Object.keys(value)
      : [name],
  );
}

export function isKnownOption(name: string): boolean {
  return Object.hasOwn(configSchema.shape, name) || ignored.has(name);
}

export function hasNoEffect(name: string): boolean {
  return ignored.has(name);
}
