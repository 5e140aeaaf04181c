// Ports that a running container exposes. None is published so far: what is shown is what its image or --expose declares.
import type { NetworkSettings, PortSummary } from '@docker/node-sdk';
import type { Container } from './container.ts';

type PortMap = NonNullable<NetworkSettings['Ports']>;

/** `NetworkSettings.Ports` of inspect: `{"80/tcp": null}`. */
export function portMap(container: Container): PortMap {
  return Object.fromEntries(exposed(container).map((port) => [port, null]));
}

/** `Ports` of the list. */
export function portSummaries(container: Container): PortSummary[] {
  return exposed(container).map((port) => {
    const [number = '', protocol = 'tcp'] = port.split('/');
    return { PrivatePort: Number(number), Type: protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp' };
  });
}

function exposed({ config, hostConfig, state }: Container): string[] {
  if (!state.running || hostConfig.NetworkMode !== 'bridge') return [];
  return Object.keys(config.ExposedPorts ?? {}).sort();
}
