// Body of GET /networks/{id}; GET /networks lists the same without containers.
import type { NetworkInspect } from '@docker/node-sdk';
import { rfc3339Nano } from '../timestamp.ts';
import { formatAddress } from './address.ts';
import type { Endpoint, Network } from './network.ts';

export function networkBody(network: Network, detailed: boolean): NetworkInspect {
  const { id, name, driver, createdMs, ipam, internal, attachable, options, labels, endpoints } = network;
  const { configOnly, configFrom } = network;
  const containers = detailed ? [...endpoints.values()].map((one) => [one.containerId, endpointBody(one)]) : [];
  return {
    Name: name,
    Id: id,
    Created: rfc3339Nano(createdMs),
    Scope: 'local',
    Driver: driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: ipam.options,
      Config: driver === 'bridge' || ipam.config.length > 0 ? [...ipam.config] : null,
    } as unknown as NonNullable<NetworkInspect['IPAM']>,
    Internal: internal,
    Attachable: attachable,
    Ingress: false,
    ConfigFrom: { Network: configFrom },
    ConfigOnly: configOnly,
    Containers: Object.fromEntries(containers),
    Options: { ...options },
    Labels: { ...labels },
  };
}

function endpointBody({ id, name, link }: Endpoint) {
  return {
    Name: name,
    EndpointID: id,
    MacAddress: link?.mac ?? '',
    IPv4Address: link === undefined ? '' : `${formatAddress(link.address)}/${link.bridge.subnet.bits}`,
    IPv6Address: '',
  };
}
