import { describe, expect, test } from 'vitest';
import { formatAddress, overlap, parseAddress, parseBlock } from './address.ts';
import { AddressPool } from './address-pool.ts';

function block(text: string) {
  const parsed = parseBlock(text);
  if (parsed === undefined) throw new Error(text);
  return parsed.subnet;
}

describe('addresses', () => {
  test.each(['0.0.0.0', '10.1.2.3', '172.17.0.1', '255.255.255.255'])('%s is read and written', (text) => {
    expect(formatAddress(parseAddress(text) ?? -1)).toBe(text);
  });

  test.each(['', '1.2.3', '1.2.3.256', '01.2.3.4', '1.2.3.4.5', 'a.b.c.d', '::1'])('%s is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test('a block keeps the address it is written with', () => {
    expect(parseBlock('172.17.5.9/16')).toEqual({ address: 0xac110509, subnet: { base: 0xac110000, bits: 16 } });
    expect(parseBlock('0.0.0.0/0')?.subnet).toEqual({ base: 0, bits: 0 });
    for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8']) expect(parseBlock(text)).toBeUndefined();
  });

  test('blocks overlap when one holds the other', () => {
    expect(overlap(block('10.0.0.0/8'), block('10.9.0.0/24'))).toBe(true);
    expect(overlap(block('10.9.0.0/24'), block('10.0.0.0/8'))).toBe(true);
    expect(overlap(block('10.0.0.0/24'), block('10.0.1.0/24'))).toBe(false);
  });
});

describe('a pool', () => {
  test('gives the first free address, never the network’s own nor everybody’s', () => {
    const pool = new AddressPool(block('10.0.0.0/30'));
    const taken = [pool.take(), pool.take()].map((address) => formatAddress(address ?? 0));
    expect(taken).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(pool.take()).toBeUndefined();
    pool.release(parseAddress('10.0.0.1') ?? 0);
    expect(pool.take()).toBe(parseAddress('10.0.0.1'));
  });

  test('gives from its range, and what is asked for from all of it', () => {
    const pool = new AddressPool(block('10.0.0.0/24'), block('10.0.0.128/25'));
    expect(formatAddress(pool.take() ?? 0)).toBe('10.0.0.128');
    expect(formatAddress(pool.takeThis(parseAddress('10.0.0.5') ?? 0))).toBe('10.0.0.5');
    expect(() => pool.takeThis(parseAddress('10.0.0.5') ?? 0)).toThrow('Address already in use');
    expect(() => pool.takeThis(parseAddress('10.0.1.5') ?? 0)).toThrow('requested address is out of range');
  });
});
