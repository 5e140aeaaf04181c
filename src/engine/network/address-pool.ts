// Which addresses of a network are taken, and which subnets of the machine: Docker's default IPAM driver.
// Source: moby libnetwork/ipams/defaultipam, libnetwork/ipamutils/utils.go.
import { DrydockError } from '../../contracts/errors.ts';
import type { Address, Subnet } from './address.ts';
import { contains, lastOf, overlap, subnetOf } from './address.ts';

export class AddressPool {
  readonly subnet: Subnet;
  /** Addresses that nobody asked for come from here. */
  readonly #range: Subnet;
  readonly #taken = new Set<Address>();

  constructor(subnet: Subnet, range?: Subnet) {
    this.subnet = subnet;
    this.#range = range ?? subnet;
    // The network's own address and that of all its hosts.
    if (subnet.bits < 31) {
      this.#taken.add(subnet.base);
      this.#taken.add(lastOf(subnet));
    }
  }

  /** The first free one. @returns undefined when there is none */
  take(): Address | undefined {
    for (let address = this.#range.base; address <= lastOf(this.#range); address++) {
      if (!this.#taken.has(address)) {
        this.#taken.add(address);
        return address;
      }
    }
    return undefined;
  }

  /** @throws DrydockError `forbidden`, `invalid-argument` in Docker's words */
  takeThis(address: Address): Address {
    if (!contains(this.subnet, address)) {
      throw new DrydockError('invalid-argument', 'requested address is out of range');
    }
    if (this.#taken.has(address)) throw new DrydockError('forbidden', 'Address already in use');
    this.#taken.add(address);
    return address;
  }

  /** Of an auxiliary address or one that is in use already: no matter whether somebody has it. */
  reserve(address: Address): void {
    this.#taken.add(address);
  }

  release(address: Address): void {
    this.#taken.delete(address);
  }
}

/** What dockerd divides among networks that ask for no subnet, in its order. */
const DEFAULT_POOLS: readonly { readonly base: string; readonly bits: number; readonly size: number }[] = [
  ...[17, 18, 19].map((second) => ({ base: `172.${second}.0.0`, bits: 16, size: 16 })),
  { base: '172.20.0.0', bits: 14, size: 16 },
  { base: '172.24.0.0', bits: 14, size: 16 },
  { base: '172.28.0.0', bits: 14, size: 16 },
  { base: '192.168.0.0', bits: 16, size: 20 },
];

/** @throws DrydockError `invalid-argument` when all of them are used */
export function freeSubnet(used: readonly Subnet[]): Subnet {
  for (const { base, bits, size } of DEFAULT_POOLS) {
    const first = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    for (let index = 0; index < 2 ** (size - bits); index++) {
      const subnet = subnetOf(first + index * 2 ** (32 - size), size);
      if (!used.some((other) => overlap(other, subnet))) return subnet;
    }
  }
  throw new DrydockError('invalid-argument', 'all predefined address pools have been fully subnetted');
}
