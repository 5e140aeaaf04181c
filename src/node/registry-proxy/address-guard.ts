// Keeps the proxy from being led into the network that it stands in: by a registry's redirect, or by a name that points inside.
// Names are judged by the addresses that the connection is then made to, so that none can change in between.
import { lookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { denied } from './proxy-failure.ts';

/** ipaddr.js: "unicast" is what is left when every range of a special purpose is taken away (RFC 6890 and its successors). */
const PUBLIC = new Set(['unicast']);
/** Link-local stays out: nothing but a cloud's secrets is served there. */
const WITH_PRIVATE = new Set(['unicast', 'loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

/** A lookup that fails for a name with an address outside of what is allowed. */
export function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const forbidden = addresses.find(({ address }) => !isAllowed(address, allowPrivate));
      if (forbidden !== undefined) return callback(refusal(hostname, forbidden.address), '', 0);
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses as [LookupAddress];
      callback(null, first.address, first.family);
    });
  };
}

/**
 * For hosts that are addresses, which are never looked up.
 * @throws ProxyFailure 403
 */
export function requireAllowedHost({ hostname }: URL, allowPrivate: boolean): void {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isAllowed(bare, allowPrivate)) throw refusal(bare, bare);
}

function isAllowed(address: string, allowPrivate: boolean): boolean {
  // `process` takes an IPv4 address in IPv6's clothes for what it is underneath.
  return (allowPrivate ? WITH_PRIVATE : PUBLIC).has(ipaddr.process(address).range());
}

function refusal(host: string, address: string): Error {
  const what = host === address ? `the address ${address}` : `"${host}", which is ${address}`;
  return denied(
    `this page's server does not connect to ${what}: it is of a private or special network ` +
      '("privateAddresses" of its configuration allows private ones for one registry)',
  );
}
