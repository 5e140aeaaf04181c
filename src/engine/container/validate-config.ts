// Everything of a create request that Docker refuses before it looks at the image, in Docker's words and order.
import { DrydockError } from '../../contracts/errors.ts';
import type { HostInfo } from '../../contracts/runtime.ts';
import { isAbsolute } from './clean-path.ts';
import type { Config, HostConfig } from './create-request.ts';
import { requireExtraHost } from './extra-hosts.ts';
import { parseSignal } from './signals.ts';
import { validateHealthcheck } from './health/health-config.ts';
import { validateLogOptions } from './log/log-driver.ts';
import { normalizeCapabilities } from './spec/capabilities.ts';
import { requireValidRestartPolicy } from './validate-restart-policy.ts';
import { checkResources, requireSupported } from './validate-resources.ts';
import type { CheckedResources } from './validate-resources.ts';
import { validateNetworkMode } from './validate-network-mode.ts';

export interface HostConfigChecks {
  readonly host: Pick<HostInfo, 'cpus'>;
  /** `userns-remap` is on. */
  readonly remapped: boolean;
}

/** Our own name for crun, and containerd's for the shim that drives it. */
export const RUNTIMES = ['crun', 'io.containerd.runc.v2'];

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

/**
 * @returns what is in force, and what the user should know
 * @throws DrydockError `invalid-argument`
 */
export function validateHostConfig(
  given: HostConfig,
  config: Config,
  { host, remapped }: HostConfigChecks,
): CheckedResources<HostConfig> {
  validateNetworkMode(config, given);
  requireIsolation('invalid isolation', given.Isolation);
  requireSupported(given);
  const policy = given.RestartPolicy?.Name ?? '';
  if (given.AutoRemove && policy !== '' && policy !== 'no') {
    throw refuse("can't create 'AutoRemove' container with restart policy");
  }
  for (const entry of given.ExtraHosts) requireExtraHost(entry);
  requireValidRestartPolicy(policy, given.RestartPolicy?.MaximumRetryCount ?? 0);
  wrap('invalid CapAdd', () => normalizeCapabilities(given.CapAdd));
  wrap('invalid CapDrop', () => normalizeCapabilities(given.CapDrop));
  if ('' in given.Annotations) {
    throw refuse('invalid Annotations: the empty string is not permitted as an annotation key');
  }
  const { resources: hostConfig, warnings } = checkResources(given, { cpus: host.cpus, isUpdate: false });
  validateModes(hostConfig);
  if (remapped) validateWithRemap(hostConfig);
  if (hostConfig.Runtime !== '' && !RUNTIMES.includes(hostConfig.Runtime)) {
    throw refuse(`unknown or invalid runtime name: ${hostConfig.Runtime}`);
  }
  if (!['', 'private', 'host'].includes(hostConfig.CgroupnsMode)) {
    throw refuse(`invalid cgroup namespace mode: ${hostConfig.CgroupnsMode}`);
  }
  validateLogOptions(hostConfig.LogConfig?.Type || 'json-file', hostConfig.LogConfig?.Config ?? {});
  return { resources: hostConfig, warnings };
}

function validateModes({ IpcMode, PidMode, ShmSize, UTSMode, OomScoreAdj }: HostConfig): void {
  if (!['', 'none', 'private', 'shareable', 'host'].includes(IpcMode) && !/^container:./.test(IpcMode)) {
    throw refuse(`invalid IPC mode: ${IpcMode}`);
  }
  if (!['', 'host'].includes(PidMode) && !/^container:./.test(PidMode)) throw refuse(`invalid PID mode: ${PidMode}`);
  if (ShmSize < 0) throw refuse('SHM size can not be less than 0');
  if (!['', 'host'].includes(UTSMode)) throw refuse(`invalid UTS mode: ${UTSMode}`);
  if (OomScoreAdj < -1000 || OomScoreAdj > 1000) {
    throw refuse(`Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`);
  }
}

function validateWithRemap({ UsernsMode, Privileged, NetworkMode, PidMode }: HostConfig): void {
  if (UsernsMode === 'host') return;
  if (Privileged) {
    throw refuse(
      'privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
    );
  }
  if (NetworkMode === 'host') {
    throw refuse("cannot share the host's network namespace when user namespaces are enabled");
  }
  if (PidMode === 'host') throw refuse('cannot share the host PID namespace when user namespaces are enabled');
}

function requireIsolation(what: string, isolation: string): void {
  if (['', 'default'].includes(isolation.toLowerCase())) return;
  throw refuse(`${what} (${isolation}): linux only supports 'default'`);
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
