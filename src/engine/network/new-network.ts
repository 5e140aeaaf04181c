// From a create request to a network: its subnet, its bridge, and what it may not share with another one.
import { DrydockError } from '../../contracts/errors.ts';
import { formatAddress, formatSubnet, overlap, parseBlock } from './address.ts';
import { bridgeOf } from './bridge-options.ts';
import type { IpamConfig, Network, NetworkSettings } from './network.ts';
import type { SubnetPool } from './subnet-pools.ts';
import { freeSubnet } from './subnet-pools.ts';

/** What a create request asks for, checked. */
export type NewNetwork = Omit<NetworkSettings, 'id' | 'createdMs' | 'ipam' | 'ownSubnet'> & {
  readonly ipam: { readonly options: Readonly<Record<string, string>> | null; readonly config: IpamConfig | undefined };
};

/**
 * @param pools subnets come from them when nobody asks for one
 * @throws DrydockError `forbidden`, `invalid-argument` in Docker's words
 */
export function newSettings(
  { ipam, ...request }: NewNetwork,
  made: Pick<NetworkSettings, 'id' | 'createdMs'>,
  networks: readonly Network[],
  pools: readonly SubnetPool[],
): NetworkSettings {
  const own = { ...request, ...made, ownSubnet: ipam.config !== undefined };
  if (request.driver !== 'bridge') {
    return { ...own, ipam: { options: ipam.options, config: ipam.config === undefined ? [] : [ipam.config] } };
  }
  const used = subnetsOf(networks);
  if (ipam.config === undefined) {
    const subnet = freeSubnet(used, pools);
    const config = { Subnet: formatSubnet(subnet), Gateway: formatAddress(subnet.base + 1) };
    return { ...own, ipam: { options: ipam.options, config: [config] } };
  }
  const subnet = parseBlock(ipam.config.Subnet)?.subnet;
  if (subnet !== undefined && used.some((other) => overlap(other, subnet))) {
    const message = 'invalid pool request: Pool overlaps with other one on this address space';
    throw new DrydockError('forbidden', message);
  }
  return { ...own, ipam: { options: ipam.options, config: [ipam.config] } };
}

export function subnetsOf(networks: readonly Network[]) {
  return networks.flatMap(({ bridge }) => (bridge === undefined ? [] : [bridge.subnet]));
}

/** @throws DrydockError `forbidden` in Docker's words */
export function requireOwnBridge({ id, bridge }: Network, networks: readonly Network[]): void {
  const other = networks.find((one) => one.bridge !== undefined && one.bridge.name === bridge?.name);
  if (other === undefined) return;
  throw new DrydockError(
    'forbidden',
    `cannot create network ${id} (${bridge?.name}): conflicts with network ${other.id} (${bridge?.name}): ` +
      'networks have same bridge name',
  );
}

/** @throws DrydockError `invalid-argument`, `internal` in Docker's words */
export function liveNetwork(settings: NetworkSettings): Network {
  const endpoints = new Map();
  if (settings.driver !== 'bridge') return { ...settings, endpoints };
  return { ...settings, bridge: bridgeOf(settings), endpoints };
}
