import { describe, expect, it } from 'vitest';
import { guardedLookup, requireAllowedHost } from './address-guard.ts';

function found(hostname: string, allowPrivate: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    guardedLookup(allowPrivate)(hostname, { all: true }, (error, addresses) => {
      if (error !== null) reject(error);
      else resolve(addresses);
    });
  });
}

describe('requireAllowedHost', () => {
  const refused = (host: string, allowPrivate: boolean): boolean => {
    try {
      requireAllowedHost(new URL(`https://${host}/`), allowPrivate);
      return false;
    } catch {
      return true;
    }
  };

  it.each(['8.8.8.8', '[2606:4700::1]', 'registry.example'])('lets %s through', (host) => {
    expect(refused(host, false)).toBe(false);
  });

  // The parser of addresses makes the odd spellings plain.
  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '10.1.2.3',
    '192.168.0.1',
    '[fd00::1]',
  ])('lets %s through only where private addresses are allowed', (host) => {
    expect([refused(host, false), refused(host, true)]).toEqual([true, false]);
  });

  it.each([
    '169.254.169.254',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '0.0.0.0',
    '224.0.0.1',
    '[64:ff9b::7f00:1]',
    '255.255.255.255',
  ])('never lets %s through', (host) => {
    expect([refused(host, false), refused(host, true)]).toEqual([true, true]);
  });
});

describe('guardedLookup', () => {
  it('judges a name by its addresses', async () => {
    await expect(found('localhost', false)).rejects.toThrow(
      /does not connect to "localhost", which is (127\.0\.0\.1|::1): it is of a private or special network/,
    );
    expect(await found('localhost', true)).toContainEqual(
      expect.objectContaining({ address: expect.any(String) as string }),
    );
  });

  it('gives one address to who asks for one', async () => {
    const address = await new Promise((resolve) =>
      guardedLookup(true)('localhost', { family: 4 }, (_, one) => resolve(one)),
    );
    expect(address).toBe('127.0.0.1');
  });
});
