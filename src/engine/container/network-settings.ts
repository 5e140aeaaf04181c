// `NetworkSettings` of inspect and of the list, and the ports that both show.
import type { ContainerInspectResponse, EndpointSettings, PortSummary } from '@docker/node-sdk';
import { endpointBody, gatewayOf } from '../network/attachment.ts';
import { exposedPorts, portMap, portSummaries } from '../network/port-bindings.ts';
import type { Container } from './container.ts';

type NetworkSettingsBody = NonNullable<ContainerInspectResponse['NetworkSettings']>;

export function networkSettingsBody(container: Container): NetworkSettingsBody {
  const { state, networks, sandboxId } = container;
  const bridge = networks.get('bridge');
  const ofDefault = bridge === undefined ? undefined : endpointBody(bridge);
  return {
    Bridge: '',
    SandboxID: sandboxId,
    SandboxKey: sandboxId !== '' && state.pid > 0 ? `/proc/${state.pid}/ns/net` : '',
    Ports: state.running ? portMap(shownPorts(container), container.ports) : {},
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: ofDefault?.EndpointID ?? '',
    Gateway: ofDefault?.Gateway ?? '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: ofDefault?.IPAddress ?? '',
    IPPrefixLen: ofDefault?.IPPrefixLen ?? 0,
    IPv6Gateway: '',
    MacAddress: ofDefault?.MacAddress ?? '',
    Networks: networkBodies(container),
  };
}

export function networkBodies({ networks }: Container): Record<string, EndpointSettings> {
  return Object.fromEntries([...networks].map(([name, attachment]) => [name, endpointBody(attachment)]));
}

/** `Ports` of the list. */
export function listedPorts(container: Container): PortSummary[] {
  return container.state.running ? portSummaries(shownPorts(container), container.ports) : [];
}

/** Only a bridge has something to say of ports. */
function shownPorts({ config, hostConfig, networks }: Container): string[] {
  return gatewayOf(networks.values()) === undefined ? [] : exposedPorts(config, hostConfig);
}
