// Which ports of the host are published. Source: moby libnetwork/portallocator.
import { DrydockError } from '../../contracts/errors.ts';

/** net.ipv4.ip_local_port_range of the kernel, from which ports are taken that nobody chose. */
const EPHEMERAL = { first: 32_768, last: 60_999 };
const ANY = ['0.0.0.0', '::'];

export interface PortRange {
  /** 0 for any. */
  readonly first: number;
  readonly last: number;
}

export class PortAllocator {
  readonly #taken = new Set<string>();
  /** The last one given away of each range: the search goes on behind it. */
  readonly #last = new Map<string, number>();

  /** One number that is free at all the addresses. @throws DrydockError `internal` in Docker's words */
  take(addresses: readonly string[], protocol: string, { first, last }: PortRange): number {
    if (first > 0 && first === last) {
      const taken = addresses.find((address) => this.#isTaken(address, protocol, first));
      if (taken !== undefined) {
        const message = `Bind for ${bracketed(taken)}:${first} failed: port is already allocated`;
        throw new DrydockError('internal', message);
      }
      return this.#mark(addresses, protocol, first);
    }
    const range = first === 0 ? EPHEMERAL : { first, last };
    const key = `${addresses[0] ?? ''} ${protocol} ${range.first}-${range.last}`;
    let port = this.#last.get(key) ?? range.last;
    for (let tries = range.last - range.first; tries >= 0; tries--) {
      port = port >= range.last ? range.first : port + 1;
      if (addresses.some((address) => this.#isTaken(address, protocol, port))) continue;
      this.#last.set(key, port);
      return this.#mark(addresses, protocol, port);
    }
    throw new DrydockError('internal', 'all ports are allocated');
  }

  /** One that a container has already. */
  reserve(address: string, protocol: string, port: number): void {
    this.#mark([address], protocol, port);
  }

  release(address: string, protocol: string, port: number): void {
    this.#taken.delete(`${address} ${protocol} ${port}`);
  }

  // An address of its own and all addresses exclude each other, as they do for the kernel.
  #isTaken(address: string, protocol: string, port: number): boolean {
    if (this.#taken.has(`${address} ${protocol} ${port}`)) return true;
    const all = address.includes(':') ? '::' : '0.0.0.0';
    if (!ANY.includes(address)) return this.#taken.has(`${all} ${protocol} ${port}`);
    return [...this.#taken].some((one) => {
      const [other = '', ...rest] = one.split(' ');
      return other.includes(':') === address.includes(':') && rest.join(' ') === `${protocol} ${port}`;
    });
  }

  #mark(addresses: readonly string[], protocol: string, port: number): number {
    for (const address of addresses) this.#taken.add(`${address} ${protocol} ${port}`);
    return port;
  }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
