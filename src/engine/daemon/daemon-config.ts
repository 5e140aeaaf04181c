// The daemon's settings: /etc/docker/daemon.json, checked before anything starts, with dockerd's words for what is wrong.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { HostFiles, IdMappings } from '../../contracts/runtime.ts';
import { bridgeOf } from './bridge-config.ts';
import type { BridgeConfig } from './bridge-config.ts';
import { checkConfig } from './check-config.ts';
import { configSchema, hasNoEffect, isKnownOption, optionNames } from './config-schema.ts';
import type { ConfigFile } from './config-schema.ts';
import { goKind, parseGoJson } from './go-json.ts';
import { shmBytes } from './shm-size.ts';

export const DAEMON_CONFIG_PATH = '/etc/docker/daemon.json';
export const DEFAULT_DATA_ROOT = '/var/lib/docker';

export interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

export interface DaemonConfig {
  /** Absolute, without a trailing slash. */
  readonly dataRoot: string;
  readonly logDriver: string;
  readonly logOpts: Readonly<Record<string, string>>;
  readonly defaultUlimits: readonly Ulimit[];
  readonly defaultShmBytes: number;
  readonly defaultIpcMode: 'private' | 'shareable';
  readonly defaultCgroupnsMode: 'private' | 'host';
  /** Empty for the engine's own choice. */
  readonly cgroupParent: string;
  readonly init: boolean;
  readonly noNewPrivileges: boolean;
  readonly labels: readonly string[];
  readonly liveRestore: boolean;
  readonly registryMirrors: readonly string[];
  /** Hosts, host:port, and networks as CIDR. */
  readonly insecureRegistries: readonly string[];
  /** `default`, `user[:group]`, `uid[:gid]`; empty for none. */
  readonly usernsRemap: string;
  /** What `usernsRemap` comes to (remapped-root.ts); undefined while containers have the host's ids. */
  readonly idMappings?: IdMappings;
  readonly defaultAddressPools: readonly { readonly base: string; readonly size: number }[];
  /** Driver -> options of its networks that are made without them. */
  readonly defaultNetworkOptions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What `host-gateway` stands for; empty for the address of the default network's bridge. */
  readonly hostGateways: readonly string[];
  readonly dns: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly dnsSearch: readonly string[];
  /** Of containers that ask for none: the built-in one, none, or the text of a profile and where it came from. */
  readonly seccompProfile: 'builtin' | 'unconfined' | { readonly path: string; readonly json: string };
  readonly shutdownTimeoutS: number;
  readonly debug: boolean;
  readonly experimental: boolean;
  readonly maxConcurrentDownloads: number;
  readonly maxConcurrentUploads: number;
  readonly maxDownloadAttempts: number;
  /** Of the default network, as written. */
  readonly bridge: BridgeConfig;
  /** Options that are set and change nothing in this engine, for its log. */
  readonly withoutEffect: readonly string[];
}

/** What dockerd does without a daemon.json. */
export const DEFAULT_CONFIG: DaemonConfig = configOf({});

/**
 * A missing file is no error, an empty one neither.
 * @throws DrydockError `invalid-argument`: the line with which dockerd ends
 */
export async function loadDaemonConfig(files: Pick<HostFiles, 'read'>): Promise<DaemonConfig> {
  const text = await readIfThere(files, DAEMON_CONFIG_PATH);
  if (text === undefined) return DEFAULT_CONFIG;
  let file: ConfigFile;
  try {
    file = parseConfig(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (isDrydockError(cause)) throw cause;
    throw refuse(`unable to configure the Docker daemon with file ${DAEMON_CONFIG_PATH}: ${reason}`, cause);
  }
  return configOf(file, await seccompProfile(files, file['seccomp-profile'] ?? ''));
}

/** @throws Error with what dockerd says after the name of the file */
export function parseConfig(text: string): ConfigFile {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return {};
  const value = parseGoJson(trimmed);
  if (value === null) return {};
  if (goKind(value) !== 'object') {
    throw new Error(`json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`);
  }
  const unknown = optionNames(value as Record<string, unknown>).filter((name) => !isKnownOption(name));
  if (unknown.length > 0) {
    throw new Error(`the following directives don't match any configuration option: ${unknown.join(', ')}`);
  }
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) throw new Error(parsed.error.issues[0]?.message);
  checkConfig(parsed.data);
  return parsed.data;
}

async function seccompProfile(files: Pick<HostFiles, 'read'>, path: string): Promise<DaemonConfig['seccompProfile']> {
  if (path === '' || path === 'builtin') return 'builtin';
  if (path === 'unconfined') return 'unconfined';
  const json = await readIfThere(files, path);
  if (json !== undefined) return { path, json };
  throw refuse(
    `failed to start daemon: opening seccomp profile (${path}) failed: open ${path}: no such file or directory`,
  );
}

async function readIfThere(files: Pick<HostFiles, 'read'>, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(path));
  } catch (error) {
    if (isDrydockError(error, 'guest') && error.errno === 2) return undefined;
    throw error;
  }
}

/** A checked file with everything that it leaves to dockerd. */
export function configOf(file: ConfigFile, seccomp: DaemonConfig['seccompProfile'] = 'builtin'): DaemonConfig {
  return {
    dataRoot: (file['data-root'] || DEFAULT_DATA_ROOT).replace(/(.)\/+$/, '$1'),
    logDriver: file['log-driver'] || 'json-file',
    logOpts: file['log-opts'] ?? {},
    defaultUlimits: Object.entries(file['default-ulimits'] ?? {}).map(([name, { Name, Soft, Hard }]) => ({
      Name: Name || name,
      Soft: Soft ?? 0,
      Hard: Hard ?? 0,
    })),
    defaultShmBytes: shmBytes(file['default-shm-size']),
    defaultIpcMode: file['default-ipc-mode'] === 'shareable' ? 'shareable' : 'private',
    defaultCgroupnsMode: file['default-cgroupns-mode'] === 'host' ? 'host' : 'private',
    cgroupParent: file['cgroup-parent'] ?? '',
    init: file.init ?? false,
    noNewPrivileges: file['no-new-privileges'] ?? false,
    labels: [...new Set(file.labels ?? [])],
    liveRestore: file['live-restore'] ?? false,
    registryMirrors: (file['registry-mirrors'] ?? []).map((mirror) => mirror.replace(/\/*$/, '/')),
    insecureRegistries: file['insecure-registries'] ?? [],
    usernsRemap: file['userns-remap'] ?? '',
    defaultAddressPools: (file['default-address-pools'] ?? []).map(({ base, size }) => ({
      base: base ?? '',
      size: size ?? 0,
    })),
    defaultNetworkOptions: file['default-network-opts'] ?? {},
    hostGateways: file['host-gateway-ips'] ?? (file['host-gateway-ip'] ? [file['host-gateway-ip']] : []),
    dns: file.dns ?? [],
    dnsOptions: file['dns-opts'] ?? [],
    dnsSearch: file['dns-search'] ?? [],
    seccompProfile: seccomp,
    shutdownTimeoutS: file['shutdown-timeout'] ?? 15,
    debug: file.debug ?? false,
    experimental: file.experimental ?? false,
    // dockerd takes 0 for "as usual".
    maxConcurrentDownloads: file['max-concurrent-downloads'] || 3,
    maxConcurrentUploads: file['max-concurrent-uploads'] || 5,
    maxDownloadAttempts: file['max-download-attempts'] || 5,
    bridge: bridgeOf(file),
    withoutEffect: optionNames(file).filter(hasNoEffect),
  };
}

function refuse(message: string, cause?: unknown): DrydockError {
  return new DrydockError('invalid-argument', message, { cause });
}
