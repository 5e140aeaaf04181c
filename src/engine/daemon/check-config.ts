// What dockerd refuses in a daemon.json whose options it knows, in its words and order.
// Source: moby daemon/config/config.go Validate, daemon/daemon_unix.go verifyDaemonSettings.
import { DrydockError } from '../../contracts/errors.ts';
import { cleanPath, isAbsolute } from '../container/clean-path.ts';
import { parseBlock } from '../network/address.ts';
import type { ConfigFile } from './config-schema.ts';
import { shmBytes } from './shm-size.ts';

const LOG_LEVELS = ['panic', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];
const RESERVED_LABEL = /^(com\.docker|io\.docker|org\.dockerproject)\./i;
const DOMAIN =
  /^(:?[a-zA-Z0-9]|([a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))(\.([a-zA-Z0-9]|([a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])))*\.?$/;
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$/;
const NOT_VALID = 'merged configuration validation from file and command line flags failed';

/**
 * @throws Error with what dockerd says after the name of the file; DrydockError `invalid-argument` with a whole line,
 *   for what it finds only when it starts
 */
export function checkConfig(file: ConfigFile): void {
  shmBytes(file['default-shm-size']);
  const addresses = [...(file.dns ?? []), ...[file.ip, file['default-gateway']].filter((text) => text)];
  for (const address of addresses) if (!ADDRESS.test(address ?? '')) throw new Error(`invalid IP address: ${address}`);
  for (const { base } of file['default-address-pools'] ?? []) requirePrefix(base ?? '');
  const invalid = problemOf(file);
  if (invalid !== undefined) throw new Error(`${NOT_VALID}: ${invalid}`);
  const fatal = conflictingLabels(file.labels ?? []) ?? startProblemOf(file);
  if (fatal !== undefined) throw new DrydockError('invalid-argument', fatal);
}

function problemOf(file: ConfigFile): string | undefined {
  const level = file['log-level'] ?? '';
  if (level !== '' && !LOG_LEVELS.includes(level.toLowerCase())) return `invalid logging level: ${level}`;
  const format = file['log-format'] ?? '';
  if (!['', 'text', 'json'].includes(format)) return `invalid log format: ${format}`;
  const domain = (file['dns-search'] ?? []).find((name) => name.trim() !== '.' && !isDomain(name.trim()));
  if (domain !== undefined) return `${domain.trim()} is not a valid domain`;
  const counts = [
    ['default MTU', file.mtu],
    ['max concurrent downloads', file['max-concurrent-downloads']],
    ['max concurrent uploads', file['max-concurrent-uploads']],
    ['max download attempts', file['max-download-attempts']],
  ] as const;
  const negative = counts.find(([, count]) => (count ?? 0) < 0);
  return (
    labelProblem(file.labels ?? []) ??
    (negative && `invalid ${negative[0]}: ${negative[1]}`) ??
    execOptionProblem(file['exec-opts'] ?? []) ??
    modeProblem(file)
  );
}

function isDomain(name: string): boolean {
  return /[a-zA-Z]/.test(name) && DOMAIN.test(name) && name.length < 255;
}

function labelProblem(labels: readonly string[]): string | undefined {
  const bare = labels.find((label) => !label.includes('='));
  if (bare !== undefined) return `bad attribute format: ${bare}`;
  const reserved = labels.find((label) => RESERVED_LABEL.test(label));
  if (reserved === undefined) return undefined;
  return `label ${reserved} is not allowed: the namespaces com.docker.*, io.docker.*, and org.dockerproject.* are reserved for internal use`;
}

function conflictingLabels(labels: readonly string[]): string | undefined {
  const seen = new Map<string, string>();
  for (const label of labels) {
    const [key = '', value = ''] = label.split(/=(.*)/s, 2);
    const before = seen.get(key);
    if (before !== undefined && before !== value) return `conflict labels for ${key}=${value} and ${key}=${before}`;
    seen.set(key, value);
  }
  return undefined;
}

function execOptionProblem(options: readonly string[]): string | undefined {
  for (const option of options) {
    const [key, value] = optionPair(option);
    if (key === '' || value === '') return `invalid exec-opt (${option}): must be formatted 'opt=value'`;
    if (key === 'isolation') return `invalid exec-opt (${option}): option '${key}' is only supported on windows`;
    if (key !== 'native.cgroupdriver') return `invalid exec-opt (${option}): unknown option: '${key}'`;
  }
  return undefined;
}

function optionPair(option: string): [key: string, value: string] {
  const [key = '', value = ''] = option.split(/=(.*)/s, 2);
  return [key.trim().toLowerCase(), value.trim()];
}

function modeProblem(file: ConfigFile): string | undefined {
  const ipc = file['default-ipc-mode'] ?? '';
  const hint = 'use "shareable" or "private"';
  if (['none', 'host'].includes(ipc) || /^container:.+/.test(ipc)) {
    return `IPC mode "${ipc}" is not supported as default value; ${hint}`;
  }
  if (!['', 'private', 'shareable'].includes(ipc)) return `default IPC mode setting (${ipc}) is invalid; ${hint}`;
  const cgroupns = file['default-cgroupns-mode'] ?? '';
  if (['', 'private', 'host'].includes(cgroupns)) return undefined;
  return `invalid default cgroup namespace (${cgroupns}): use "host" or "private"`;
}

/** What the daemon finds on its way up. */
function startProblemOf(file: ConfigFile): string | undefined {
  const problem =
    registryProblem(file) ??
    (file.bridge && file.bip
      ? 'You specified -b & --bip, mutually exclusive options. Please specify only one'
      : undefined) ??
    (file.icc === false && file.iptables === false
      ? 'You specified --iptables=false with --icc=false. ICC=false uses iptables to function. Please set --icc or --iptables to true'
      : undefined) ??
    cgroupDriverProblem(file['exec-opts'] ?? []) ??
    storageProblem(file) ??
    networkProblem(file);
  return problem && `failed to start daemon: ${problem}`;
}

function registryProblem(file: ConfigFile): string | undefined {
  for (const mirror of file['registry-mirrors'] ?? []) {
    const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(mirror)?.[1] ?? '';
    if (!['http', 'https'].includes(scheme)) return `invalid mirror: unsupported scheme "${scheme}" in "${mirror}"`;
    if (url === undefined) return `invalid mirror: "${mirror}" is not a valid URI`;
    if (url.search !== '' || url.hash !== '') return `invalid mirror: query or fragment at end of the URI "${mirror}"`;
    if (url.username !== '') {
      const shown = mirror.replace(/:\/\/([^:@/]*)(:[^@/]*)?@/, '://$1:xxxxx@');
      return `invalid mirror: username/password not allowed in URI "${shown}"`;
    }
  }
  for (const registry of file['insecure-registries'] ?? []) {
    const name = registry.replace(/^https?:\/\//i, '');
    if (name.includes('://')) return `insecure registry ${name} should not contain '://'`;
    if (!/^[A-Za-z0-9.:[\]/_-]+$/.test(name)) return `insecure registry ${name} is not valid: invalid host "${name}"`;
  }
  return undefined;
}

function networkProblem(file: ConfigFile): string | undefined {
  const wrong = (['fixed-cidr', 'bip'] as const).find((name) => file[name] && parseBlock(file[name]) === undefined);
  if (wrong === undefined) return undefined;
  return `Error initializing network controller: parse ${wrong} failed: invalid CIDR address: ${file[wrong]}`;
}

/** As Go's netip.ParsePrefix has it. @throws Error in its words */
function requirePrefix(text: string): void {
  if (text === '' || parseBlock(text) !== undefined) return;
  const [address = '', bits] = text.split(/\/(?=[^/]*$)/, 2);
  const why =
    bits === undefined
      ? "no '/'"
      : !ADDRESS.test(address)
        ? `ParseAddr(${JSON.stringify(address)}): unable to parse IP`
        : /^[1-9]\d*$/.test(bits)
          ? 'prefix length out of range'
          : `bad bits after slash: ${JSON.stringify(bits)}`;
  throw new Error(`netip.ParsePrefix(${JSON.stringify(text)}): ${why}`);
}

function cgroupDriverProblem(options: readonly string[]): string | undefined {
  const driver = options.map(optionPair).findLast(([key]) => key === 'native.cgroupdriver')?.[1] ?? '';
  if (['', 'cgroupfs'].includes(driver)) return undefined;
  if (driver === 'none') {
    return 'native.cgroupdriver option none is internally used and cannot be specified manually';
  }
  // The guest has no systemd to ask.
  if (driver === 'systemd') return 'native.cgroupdriver option systemd needs systemd, and this host runs without it';
  return `native.cgroupdriver option ${driver} not supported`;
}

function storageProblem(file: ConfigFile): string | undefined {
  const driver = file['storage-driver'] ?? '';
  if (!['', 'overlay2'].includes(driver)) {
    return `error initializing graphdriver: driver not supported: ${driver}`;
  }
  const root = file['data-root'] || '/var/lib/docker';
  if (isAbsolute(root) && cleanPath(root) !== '/') return undefined;
  return `cannot use "${root}" as data-root: it must be the absolute path of a directory of its own`;
}
