import { expect, test } from 'vitest';
import { formatSubnet, parseBlock } from './address.ts';
import type { Subnet } from './address.ts';
import { freeSubnet } from './subnet-pools.ts';

function block(text: string): Subnet {
  const parsed = parseBlock(text);
  if (parsed === undefined) throw new Error(text);
  return parsed.subnet;
}

test('subnets come in Docker’s order, around those in use', () => {
  const used = [block('172.17.0.0/16')];
  const next = () => {
    const subnet = freeSubnet(used);
    used.push(subnet);
    return formatSubnet(subnet);
  };
  expect([next(), next(), next()]).toEqual(['172.18.0.0/16', '172.19.0.0/16', '172.20.0.0/16']);
  used.push(block('172.16.0.0/12'));
  expect([next(), next()]).toEqual(['192.168.0.0/20', '192.168.16.0/20']);
  used.push(block('192.168.0.0/16'));
  expect(next).toThrow('all predefined address pools have been fully subnetted');
});

test('pools of daemon.json are divided as they say, lowest first', () => {
  const pools = [
    { base: '172.80.0.0/16', size: 24 },
    { base: '10.5.0.0/23', size: 24 },
    { base: 'nonsense', size: 24 },
    { base: '10.6.0.0/24', size: 16 },
  ];
  const used: Subnet[] = [];
  const next = () => {
    const subnet = freeSubnet(used, pools);
    used.push(subnet);
    return formatSubnet(subnet);
  };
  expect([next(), next(), next()]).toEqual(['10.5.0.0/24', '10.5.1.0/24', '172.80.0.0/24']);
  used.push(block('172.80.1.128/25'), block('172.80.2.0/23'));
  expect(next()).toBe('172.80.4.0/24');
  used.push(block('172.80.0.0/16'));
  expect(next).toThrow('all predefined address pools have been fully subnetted');
});
