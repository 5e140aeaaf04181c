// Which addresses of a network are taken: Docker's default IPAM driver. Source: moby libnetwork/ipams/defaultipam.
import { DrydockError } from '../../contracts/errors.ts';
import type { Address, Subnet } from './address.ts';
import { contains, lastOf } from './address.ts';

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
