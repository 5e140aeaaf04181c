import { describe, expect, test } from 'vitest';
import { bridgeOf } from '../daemon/bridge-config.ts';
import type { ConfigFile } from '../daemon/config-schema.ts';
import { parseBlock } from './address.ts';
import { defaultIpam, defaultOptions } from './default-network.ts';

/** @param held as `ip addr` shows them */
function ipamOf(file: ConfigFile, ...held: string[]) {
  const addresses = held.map((text) => {
    const block = parseBlock(text);
    if (block === undefined) throw new Error(text);
    return { address: block.address, bits: block.subnet.bits };
  });
  return defaultIpam(bridgeOf(file), addresses, () => ({ base: 0xac110000, bits: 16 }));
}

describe('the default network', () => {
  test('has the first subnet of the pools, and goes on with what docker0 has', () => {
    expect(ipamOf({})).toEqual({ Subnet: '172.17.0.0/16', Gateway: '172.17.0.1' });
    expect(ipamOf({}, '10.9.0.1/24')).toEqual({ Subnet: '10.9.0.0/24', Gateway: '10.9.0.1' });
  });

  test('has the address of bip and the range of fixed-cidr', () => {
    expect(ipamOf({ bip: '10.9.0.7/24', 'fixed-cidr': '10.9.0.64/26' }, '172.17.0.1/16')).toEqual({
      Subnet: '10.9.0.0/24',
      IPRange: '10.9.0.64/26',
      Gateway: '10.9.0.7',
    });
  });

  test('fixed-cidr alone is the subnet, or a range of the one that docker0 has', () => {
    const file = { 'fixed-cidr': '10.9.0.64/26' };
    const own = { Subnet: '10.9.0.64/26', IPRange: '10.9.0.64/26', Gateway: '10.9.0.65' };
    expect(ipamOf(file)).toEqual(own);
    expect(ipamOf(file, '172.17.0.1/16')).toEqual(own);
    expect(ipamOf(file, '10.9.3.1/16')).toEqual({
      Subnet: '10.9.0.0/16',
      IPRange: '10.9.0.64/26',
      Gateway: '10.9.3.1',
    });
    expect(ipamOf({ 'fixed-cidr': '10.9.0.0/16' }, '10.9.0.7/24')).toEqual({
      Subnet: '10.9.0.0/16',
      IPRange: '10.9.0.0/16',
      Gateway: '10.9.0.7',
    });
  });

  test('a bridge of the user’s has the address that the user gave it', () => {
    const file = { bridge: 'br0', 'fixed-cidr': '10.9.0.64/26' };
    expect(ipamOf(file, '10.7.0.1/24', '10.9.0.1/24')).toMatchObject({ Subnet: '10.9.0.0/24', Gateway: '10.9.0.1' });
    expect(ipamOf(file, '10.7.0.1/24')).toEqual({ Subnet: '10.7.0.0/24', Gateway: '10.7.0.1' });
    expect(defaultOptions(bridgeOf(file))).toMatchObject({ 'com.docker.network.bridge.name': 'br0' });
  });

  test('has another router with default-gateway', () => {
    expect(ipamOf({ 'default-gateway': '172.17.0.9' })).toMatchObject({
      Gateway: '172.17.0.1',
      AuxiliaryAddresses: { DefaultGatewayIPv4: '172.17.0.9' },
    });
  });
});
