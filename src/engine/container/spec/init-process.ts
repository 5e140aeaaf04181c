// `--init`: a small first process that reaps orphans and passes signals on, in front of the container's command.
import type { OciMount } from '../../../contracts/oci-runtime.ts';
import type { Config, HostConfig } from '../create-request.ts';
import { commandOf } from '../merge-image-config.ts';

const ON_HOST = '/usr/bin/docker-init';
const IN_CONTAINER = '/sbin/docker-init';

export function argsOf(config: Config, hostConfig: HostConfig): string[] {
  const command = commandOf(config);
  return hasInit(hostConfig) ? [IN_CONTAINER, '--', ...command] : command;
}

export function initMounts(hostConfig: HostConfig): OciMount[] {
  if (!hasInit(hostConfig)) return [];
  return [{ destination: IN_CONTAINER, type: 'bind', source: ON_HOST, options: ['bind', 'ro'] }];
}

// Where there is an init already, the container's command would not be its child.
function hasInit({ Init, PidMode }: HostConfig): boolean {
  return Init === true && PidMode !== 'host' && !PidMode.startsWith('container:');
}
