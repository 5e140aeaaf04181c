// The default network, which nobody creates: what daemon.json says of it, and what its bridge has already.
// Source: moby daemon/daemon_unix.go (initBridgeDriver, getDefaultBridgeIPAMConf, selectBIP).
import type { BridgeConfig } from '../daemon/bridge-config.ts';
import type { Subnet } from './address.ts';
import { contains, formatAddress, formatSubnet, lastOf, parseBlock, subnetOf } from './address.ts';
import { DEFAULT, HOST_ADDRESS, ICC, MASQUERADE, MTU, NAME, ROUTER } from './bridge-options.ts';
import type { LinkAddress } from './netlink-addresses.ts';
import type { IpamConfig } from './network.ts';

/** The bridge that dockerd makes itself; a user's own is never made. */
export const DEFAULT_BRIDGE = 'docker0';
/** `"bridge": "none"`: there is no default network. */
export const NO_BRIDGE = 'none';

export function defaultBridgeName({ bridge }: BridgeConfig): string {
  return bridge || DEFAULT_BRIDGE;
}

export function defaultOptions(config: BridgeConfig): Record<string, string> {
  return {
    [DEFAULT]: 'true',
    [ICC]: String(config.icc),
    [MASQUERADE]: String(config.ipMasq),
    [HOST_ADDRESS]: config.ip,
    [NAME]: defaultBridgeName(config),
    [MTU]: String(config.mtu),
  };
}

/**
 * @param held addresses that the bridge has: one that suits the rest goes on being the bridge's
 * @param choose a subnet when nothing says which
 * @throws DrydockError `invalid-argument` when there is none
 */
export function defaultIpam(config: BridgeConfig, held: readonly LinkAddress[], choose: () => Subnet): IpamConfig {
  const range = parseBlock(config.fixedCidr)?.subnet;
  const own = parseBlock(config.bip) ?? heldBlock(held, range, config.bridge === '');
  const subnet = own?.subnet ?? range ?? choose();
  const isWithin = range !== undefined && range.base >= subnet.base && lastOf(range) <= lastOf(subnet);
  const gateway = own?.address ?? (isWithin ? range : subnet).base + 1;
  return {
    Subnet: formatSubnet(subnet),
    ...(isWithin && { IPRange: formatSubnet(range) }),
    Gateway: formatAddress(gateway),
    ...(config.defaultGateway !== '' && { AuxiliaryAddresses: { [ROUTER]: config.defaultGateway } }),
  };
}

/** @param isOurs nobody but the engine cares for the bridge: an address that does not suit is replaced */
function heldBlock(held: readonly LinkAddress[], range: Subnet | undefined, isOurs: boolean) {
  const blocks = held.map(({ address, bits }) => ({ address, subnet: subnetOf(address, bits) }));
  if (range === undefined) return blocks[0];
  const chosen =
    blocks.find(({ subnet }) => contains(subnet, range.base)) ??
    blocks.find(({ address }) => contains(range, address)) ??
    blocks[0];
  if (chosen === undefined || !isOurs) return chosen;
  if (!contains(chosen.subnet, range.base)) return undefined;
  return range.bits < chosen.subnet.bits ? { ...chosen, subnet: range } : chosen;
}
