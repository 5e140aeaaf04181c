import { describe, expect, test } from 'vitest';
import { parseAddress } from '../address.ts';
import { bridgeOf } from '../bridge-options.ts';
import type { Endpoint, Network } from '../network.ts';
import { addressesOf, nameAtAddress, parseLinks } from './names.ts';
import type { NameScope } from './names.ts';

/** A network with containers: name -> their addresses' last number. */
function scope(name: string, base: string, containers: Record<string, number>, links: readonly string[] = []) {
  const settings = {
    id: name.padEnd(64, '0'),
    name,
    driver: 'bridge' as const,
    createdMs: 0,
    internal: false,
    attachable: false,
    options: {},
    labels: {},
    ipam: { options: null, config: [{ Subnet: `${base}.0/24`, Gateway: `${base}.1` }] },
    ownSubnet: true,
    configOnly: false,
    configFrom: '',
  };
  const bridge = bridgeOf(settings);
  const network: Network = { ...settings, bridge, endpoints: new Map() };
  for (const [names, last] of Object.entries(containers)) {
    const dnsNames = names.split(' ');
    const link = { bridge, address: parseAddress(`${base}.${last}`) ?? 0, mac: '', veth: '', name: 'eth0', index: 2 };
    const endpoint: Endpoint = { id: '', network, containerId: names, name: names, dnsNames, link };
    network.endpoints.set(names, endpoint);
  }
  return { network, links: parseLinks(links) } satisfies NameScope;
}

const at = (...addresses: string[]) => addresses.map((address) => parseAddress(address));
const front = scope('front', '10.0.1', { 'web api 0123456789ab': 2, 'web2 api': 3, 'db.main': 4 });
const back = scope('back.end', '10.0.2', { 'web other': 2, store: 3 });

describe('addresses', () => {
  test('of a name, an alias, whatever its case', () => {
    expect(addressesOf([front, back], 'store.')).toEqual(at('10.0.2.3'));
    expect(addressesOf([front, back], 'STORE')).toEqual(at('10.0.2.3'));
    expect(addressesOf([front, back], '0123456789ab.')).toEqual(at('10.0.1.2'));
    expect(addressesOf([front, back], 'api.')).toEqual(at('10.0.1.2', '10.0.1.3'));
  });

  test('of the first network that knows it, or of the one that is named', () => {
    expect(addressesOf([front, back], 'web.')).toEqual(at('10.0.1.2'));
    expect(addressesOf([back, front], 'web.')).toEqual(at('10.0.2.2'));
    expect(addressesOf([front, back], 'web.back.end.')).toEqual(at('10.0.2.2'));
    expect(addressesOf([front, back], 'db.main.front.')).toEqual(at('10.0.1.4'));
    expect(addressesOf([front, back], 'db.main.')).toEqual(at('10.0.1.4'));
  });

  test('of nobody', () => {
    for (const name of ['nobody.', 'store.front.', 'web.nowhere.', 'main.', '.', '', 'back.end.']) {
      expect(addressesOf([front, back], name), name).toBeUndefined();
    }
    expect(addressesOf([front], 'store.')).toBeUndefined();
  });

  test('links are this container’s alone, and hide who has their name', () => {
    const linked = scope('front', '10.0.1', { web: 2, store: 3 }, ['store:web', '/web:/me/own']);
    expect(addressesOf([linked], 'web.')).toEqual(at('10.0.1.3'));
    expect(addressesOf([linked], 'own.front.')).toEqual(at('10.0.1.2'));
    const gone = scope('front', '10.0.1', { web: 2 }, ['store:web']);
    expect(addressesOf([gone], 'web.')).toBeUndefined();
  });
});

test('names of addresses', () => {
  expect(nameAtAddress([front, back], '3.2.0.10.in-addr.arpa.')).toBe('store.back.end');
  for (const name of ['9.2.0.10.in-addr.arpa.', '3.2.0.in-addr.arpa.', 'x.in-addr.arpa.', '3.2.0.10.ip6.arpa.']) {
    expect(nameAtAddress([front, back], name), name).toBeUndefined();
  }
});
