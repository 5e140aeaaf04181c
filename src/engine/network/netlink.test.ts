import { expect, test } from 'vitest';
import { encodeMessages, newBridge, parseLinks } from './netlink.ts';
import { addAddress, parseAddresses } from './netlink-addresses.ts';

test('links are read as the kernel writes them', () => {
  const message = newBridge({ name: 'docker0', index: 7, mac: '02:00:00:00:00:01', mtu: 1400 });
  expect([...parseLinks(encodeMessages([message]))]).toEqual([
    ['docker0', { index: 7, mtu: 1400, isUp: true, kind: 'bridge' }],
  ]);
});

test('addresses are read as the kernel writes them', () => {
  const addresses = [
    { address: 0xac110001, bits: 16 },
    { address: 0x0a090001, bits: 24 },
  ];
  const bytes = encodeMessages(addresses.map((one) => addAddress(7, one)));
  expect([...parseAddresses(bytes)]).toEqual([[7, addresses]]);
});
