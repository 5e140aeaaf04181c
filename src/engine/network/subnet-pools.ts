// Subnets for networks that ask for none. Source: moby libnetwork/ipamutils/utils.go, libnetwork/ipams/defaultipam/address_space.go.
import { DrydockError } from '../../contracts/errors.ts';
import type { Subnet } from './address.ts';
import { overlap, parseBlock, subnetOf } from './address.ts';

/** As daemon.json's `default-address-pools` has it: `base` is divided into subnets with prefixes of `size` bits. */
export interface SubnetPool {
  readonly base: string;
  readonly size: number;
}

/** What dockerd divides when nobody says otherwise. */
const USUAL_POOLS: readonly SubnetPool[] = [
  ...[17, 18, 19].map((second) => ({ base: `172.${second}.0.0/16`, size: 16 })),
  { base: '172.20.0.0/14', size: 16 },
  { base: '172.24.0.0/14', size: 16 },
  { base: '172.28.0.0/14', size: 16 },
  { base: '192.168.0.0/16', size: 20 },
];

/**
 * The lowest one that is free.
 * @param pools the usual ones when it is empty
 * @throws DrydockError `invalid-argument` when all of them are used
 */
export function freeSubnet(used: readonly Subnet[], pools: readonly SubnetPool[] = []): Subnet {
  const parsed = (pools.length === 0 ? USUAL_POOLS : pools)
    .flatMap(({ base, size }) => {
      const subnet = parseBlock(base)?.subnet;
      return subnet === undefined || size < subnet.bits || size > 32 ? [] : [{ ...subnet, size }];
    })
    .sort((a, b) => a.base - b.base || a.bits - b.bits);
  for (const { base, bits, size } of parsed) {
    for (let index = 0; index < 2 ** (size - bits);) {
      const subnet = subnetOf(base + index * 2 ** (32 - size), size);
      const other = used.find((one) => overlap(one, subnet));
      if (other === undefined) return subnet;
      // A big one that is used covers many small ones.
      index += other.bits < size ? 2 ** (size - Math.max(other.bits, bits)) : 1;
    }
  }
  throw new DrydockError('invalid-argument', 'all predefined address pools have been fully subnetted');
}
