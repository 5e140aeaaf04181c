// Options that contradict the network mode. Docker checks them first, while it reads the request.
import { DrydockError } from '../../contracts/errors.ts';
import type { Config, HostConfig } from './create-request.ts';

/** @throws DrydockError `invalid-argument` in Docker's words */
export function validateNetworkMode(config: Config, hostConfig: HostConfig): void {
  const problem = containerModeProblem(config, hostConfig) ?? hostProblem(config, hostConfig);
  if (problem !== undefined) throw new DrydockError('invalid-argument', problem);
}

function containerModeProblem(config: Config, hostConfig: HostConfig): string | undefined {
  const [mode, other = ''] = hostConfig.NetworkMode.split(/:(.*)/s, 2);
  if (mode !== 'container') return undefined;
  if (other === '') return 'invalid network mode: invalid container format container:<name|id>';
  const conflicts: readonly (readonly [isGiven: boolean, words: string])[] = [
    [config.Hostname !== '', 'hostname and the network mode'],
    [
      hostConfig.Links.length > 0,
      "container type network can't be used with links. This would result in undefined behavior",
    ],
    [hostConfig.Dns.length > 0, 'dns and the network mode'],
    [hostConfig.ExtraHosts.length > 0, 'custom host-to-IP mapping and the network mode'],
    [
      hostConfig.PublishAllPorts || Object.keys(hostConfig.PortBindings ?? {}).length > 0,
      'port publishing and the container type network mode',
    ],
    [Object.keys(config.ExposedPorts ?? {}).length > 0, 'port exposing and the container type network mode'],
  ];
  const found = conflicts.find(([isGiven]) => isGiven);
  return found === undefined ? undefined : `conflicting options: ${found[1]}`;
}

function hostProblem({ Hostname }: Config, { UTSMode, NetworkMode, Links }: HostConfig): string | undefined {
  if (UTSMode === 'host' && Hostname !== '') return 'conflicting options: hostname and the UTS mode';
  if (NetworkMode === 'host' && Links.length > 0) {
    return "conflicting options: host type networking can't be used with links. This would result in undefined behavior";
  }
  return undefined;
}
