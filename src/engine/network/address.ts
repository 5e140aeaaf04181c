// IPv4 addresses and subnets as numbers: what is computed with them is arithmetic.

/** 0 to 2^32 - 1. */
export type Address = number;

export interface Subnet {
  readonly base: Address;
  /** Length of the prefix. */
  readonly bits: number;
}

/** @returns undefined when it is no address in dotted decimal */
export function parseAddress(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: Address): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** `172.17.0.0/16`, the address as it is given. @returns undefined when it is no CIDR block of IPv4 */
export function parseBlock(text: string): { readonly address: Address; readonly subnet: Subnet } | undefined {
  const [, host = '', length = ''] = /^([^/]+)\/(0|[1-9]\d?)$/.exec(text) ?? [];
  const address = parseAddress(host);
  const bits = Number(length);
  if (address === undefined || bits > 32) return undefined;
  return { address, subnet: subnetOf(address, bits) };
}

export function subnetOf(address: Address, bits: number): Subnet {
  return { base: (address & maskOf(bits)) >>> 0, bits };
}

export function formatSubnet({ base, bits }: Subnet): string {
  return `${formatAddress(base)}/${bits}`;
}

export function lastOf({ base, bits }: Subnet): Address {
  return (base | ~maskOf(bits)) >>> 0;
}

export function contains(subnet: Subnet, address: Address): boolean {
  return address >= subnet.base && address <= lastOf(subnet);
}

export function overlap(a: Subnet, b: Subnet): boolean {
  return contains(a, b.base) || contains(b, a.base);
}

function maskOf(bits: number): number {
  return bits === 0 ? 0 : -1 << (32 - bits);
}
