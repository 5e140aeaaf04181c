// `--opt com.docker.network...` of a bridge, and what they mean. Source: moby libnetwork/drivers/bridge/labels.go, bridge_linux.go.
import { DrydockError } from '../../contracts/errors.ts';
import { contains, formatAddress, parseAddress, parseBlock } from './address.ts';
import type { Address } from './address.ts';
import { AddressPool } from './address-pool.ts';
import type { Bridge, IpamConfig, NetworkSettings } from './network.ts';

/** Names of options. */
const PREFIX = 'com.docker.network.bridge.';
export const DEFAULT = `${PREFIX}default_bridge`;
export const NAME = `${PREFIX}name`;
export const ICC = `${PREFIX}enable_icc`;
export const MASQUERADE = `${PREFIX}enable_ip_masquerade`;
export const HOST_ADDRESS = `${PREFIX}host_binding_ipv4`;
export const MTU = 'com.docker.network.driver.mtu';
/** Among auxiliary addresses: the one that is not only set aside. */
export const ROUTER = 'DefaultGatewayIPv4';
const MAX_NAME_LENGTH = 15;

/**
 * The bridge with no address taken but its own and what is set aside.
 * @throws DrydockError `invalid-argument`, `internal` in Docker's words
 */
export function bridgeOf(settings: NetworkSettings): Bridge {
  const { id, options, ipam, internal } = settings;
  const [config] = ipam.config;
  const block = parseBlock(config?.Subnet ?? '');
  if (config === undefined || block === undefined) throw refuse('ipv4 pool is empty');
  const pool = new AddressPool(block.subnet, parseBlock(config.IPRange ?? '')?.subnet);
  const gateway = gatewayOf(config, pool);
  for (const address of Object.values(config.AuxiliaryAddresses ?? {})) {
    const aside = parseAddress(address);
    if (aside !== undefined) pool.reserve(aside);
  }
  const router = parseAddress(config.AuxiliaryAddresses?.[ROUTER] ?? '') ?? gateway;
  if (!contains(block.subnet, router)) throw refuse('default gateway ip must be part of the network');
  const name = options[NAME] || `br-${id.slice(0, 12)}`;
  if (name.length > MAX_NAME_LENGTH || /[\s/]/.test(name)) throw refuse(`invalid bridge name: ${name}`);
  return {
    name,
    subnet: block.subnet,
    gateway,
    router,
    pool,
    icc: flag(options, ICC),
    masquerade: !internal && flag(options, MASQUERADE),
    mtu: mtuOf(options),
    hostAddress: options[HOST_ADDRESS] || '0.0.0.0',
  };
}

function gatewayOf({ Gateway = '' }: IpamConfig, pool: AddressPool): Address {
  if (Gateway === '') {
    const address = pool.take();
    if (address !== undefined) return address;
    throw new DrydockError('internal', 'failed to allocate gateway (): no available addresses on this pool');
  }
  // ValidateIPAM was through with it.
  const address = parseAddress(Gateway);
  if (address === undefined) throw refuse(`invalid gateway ${Gateway}: invalid address`);
  try {
    return pool.takeThis(address);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DrydockError('internal', `failed to allocate gateway (${formatAddress(address)}): ${why}`, { cause });
  }
}

function flag(options: Readonly<Record<string, string>>, name: string): boolean {
  const text = options[name];
  if (text === undefined) return true;
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw unusable(name, text, `strconv.ParseBool: parsing "${text}": invalid syntax`);
}

function mtuOf(options: Readonly<Record<string, string>>): number {
  const text = options[MTU] ?? '';
  if (text === '') return 1500;
  if (!/^[+-]?\d+$/.test(text)) throw unusable(MTU, text, `strconv.Atoi: parsing "${text}": invalid syntax`);
  if (Number(text) < 0) throw refuse(`invalid MTU number: ${Number(text)}`);
  return Number(text) || 1500;
}

function unusable(name: string, text: string, why: string): DrydockError {
  return refuse(`failed to parse ${name} value: ${text} (${why})`);
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
