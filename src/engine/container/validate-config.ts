// Everything else of a create request that Docker refuses, in Docker's words and order.
import { DrydockError } from '../../contracts/errors.ts';
import type { HostInfo } from '../../contracts/runtime.ts';
import { isAbsolute } from './clean-path.ts';
import type { Config, HostConfig } from './create-request.ts';
import { parseSignal } from './signals.ts';
import { validateHealthcheck } from './health/health-config.ts';
import { validateLogOptions } from './log/log-driver.ts';
import { normalizeCapabilities } from './spec/capabilities.ts';
import { parseSecurityOptions } from './spec/security-options.ts';
import { validateResources } from './validate-resources.ts';

const RESTART_POLICIES = ['no', 'always', 'on-failure', 'unless-stopped'];

/** @throws DrydockError `invalid-argument` */
export function validateConfig(config: Config): void {
  if (config.WorkingDir !== '' && !isAbsolute(config.WorkingDir)) {
    throw refuse(`the working directory '${config.WorkingDir}' is invalid, it needs to be an absolute path`);
  }
  if (config.StopSignal) parseSignal(config.StopSignal);
  validateHealthcheck(config.Healthcheck);
  for (const entry of config.Env) {
    if (entry === '' || entry.startsWith('=')) throw refuse(`invalid environment variable: ${entry}`);
  }
}

/** @throws DrydockError `invalid-argument` */
export function validateHostConfig(hostConfig: HostConfig, config: Config, host: HostInfo): void {
  const policy = hostConfig.RestartPolicy?.Name ?? '';
  if (hostConfig.AutoRemove && policy !== '' && policy !== 'no') {
    throw refuse("can't create 'AutoRemove' container with restart policy");
  }
  for (const entry of hostConfig.ExtraHosts) {
    if (!/^[^:=]+[:=].+$/.test(entry)) throw refuse(`bad format for add-host: "${entry}"`);
  }
  validateRestartPolicy(policy, hostConfig.RestartPolicy?.MaximumRetryCount ?? 0);
  wrap('invalid CapAdd', () => normalizeCapabilities(hostConfig.CapAdd));
  wrap('invalid CapDrop', () => normalizeCapabilities(hostConfig.CapDrop));
  validateResources(hostConfig, host);
  requireMode('IPC', hostConfig.IpcMode, ['', 'none', 'private', 'shareable', 'host']);
  requireMode('PID', hostConfig.PidMode, ['', 'host']);
  requireMode('UTS', hostConfig.UTSMode, ['', 'host']);
  if (!['', 'private', 'host'].includes(hostConfig.CgroupnsMode)) {
    throw refuse(`invalid cgroup namespace mode: ${hostConfig.CgroupnsMode}`);
  }
  if (hostConfig.UTSMode === 'host' && config.Hostname !== '') {
    throw refuse('conflicting options: hostname and the UTS mode');
  }
  if (hostConfig.NetworkMode.startsWith('container:') && config.Hostname !== '') {
    throw refuse('conflicting options: hostname and the network mode');
  }
  if (hostConfig.Runtime !== '' && hostConfig.Runtime !== 'crun') {
    throw refuse(`unknown or invalid runtime name: ${hostConfig.Runtime}`);
  }
  validateLogOptions(hostConfig.LogConfig?.Type || 'json-file', hostConfig.LogConfig?.Config ?? {});
  parseSecurityOptions(hostConfig.SecurityOpt);
  refuseMissing(hostConfig);
}

// Better refused than ignored: a container without what was asked for would teach something wrong.
function refuseMissing({ Devices, Init, Links, DeviceRequests }: HostConfig): void {
  const asked: readonly (readonly [flag: string, value: unknown])[] = [
    ['--device', Devices],
    ['--gpus', DeviceRequests],
    ['--init', Init],
    ['--link', Links],
  ];
  const missing = asked.find(([, value]) => (Array.isArray(value) ? value.length > 0 : value === true));
  if (missing !== undefined) throw refuse(`Cannot use ${missing[0]}: this engine does not have it yet`);
}

function validateRestartPolicy(name: string, maximumRetryCount: number): void {
  if (name === '') return;
  if (!RESTART_POLICIES.includes(name)) {
    throw refuse(
      `invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  }
  if (name === 'on-failure') {
    if (maximumRetryCount < 0) throw refuse('invalid restart policy: maximum retry count cannot be negative');
  } else if (maximumRetryCount !== 0) {
    const negative = maximumRetryCount < 0 ? ' and cannot be negative' : '';
    throw refuse(`invalid restart policy: maximum retry count can only be used with 'on-failure'${negative}`);
  }
}

function requireMode(what: string, mode: string, allowed: readonly string[]): void {
  if (allowed.includes(mode) || (what !== 'UTS' && /^container:.+/.test(mode))) return;
  throw refuse(`invalid ${what} mode: ${mode}`);
}

function wrap(prefix: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw refuse(`${prefix}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
