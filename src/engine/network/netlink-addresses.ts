// IPv4 addresses of links: given, taken away, listed. Source: rtnetlink(7), linux/if_addr.h.
import { joinBytes } from '../../shared/join-bytes.ts';
import type { Address } from './address.ts';
import { lastOf, subnetOf } from './address.ts';
import { CREATE, DUMP, EXCLUSIVE, INET, REQUEST } from './netlink.ts';
import type { NetlinkMessage } from './netlink.ts';
import { addressBytes, attribute, attributesOf, bodiesOf, u32 } from './netlink-bytes.ts';

const NEW_ADDRESS = 20;
const DELETE_ADDRESS = 21;
const GET_ADDRESS = 22;
/** enum IFA_*. */
const [PEER, LOCAL, BROADCAST] = [1, 2, 4];

export interface LinkAddress {
  readonly address: Address;
  readonly bits: number;
}

export function addAddress(index: number, { address, bits }: LinkAddress): NetlinkMessage {
  const attributes = [
    attribute(LOCAL, addressBytes(address)),
    attribute(PEER, addressBytes(address)),
    attribute(BROADCAST, addressBytes(lastOf(subnetOf(address, bits)))),
  ];
  const body = joinBytes([header(index, bits), ...attributes]);
  return { type: NEW_ADDRESS, flags: REQUEST | CREATE | EXCLUSIVE, body };
}

export function deleteAddress(index: number, { address, bits }: LinkAddress): NetlinkMessage {
  const body = joinBytes([header(index, bits), attribute(LOCAL, addressBytes(address))]);
  return { type: DELETE_ADDRESS, flags: REQUEST, body };
}

/** Every IPv4 address of a namespace. */
export function dumpAddresses(): NetlinkMessage {
  return { type: GET_ADDRESS, flags: REQUEST | DUMP, body: header(0, 0) };
}

/** By the link's index, of the answer to `dumpAddresses`. */
export function parseAddresses(bytes: Uint8Array): Map<number, LinkAddress[]> {
  const found = new Map<number, LinkAddress[]>();
  for (const body of bodiesOf(bytes, NEW_ADDRESS)) {
    const local = attributesOf(body.subarray(8)).get(LOCAL);
    if (body[0] !== INET || local?.length !== 4) continue;
    const index = new DataView(body.buffer, body.byteOffset, 8).getUint32(4, true);
    const address = new DataView(local.buffer, local.byteOffset, 4).getUint32(0);
    found.set(index, [...(found.get(index) ?? []), { address, bits: body[1] ?? 0 }]);
  }
  return found;
}

/** struct ifaddrmsg. */
function header(index: number, bits: number): Uint8Array {
  return joinBytes([Uint8Array.of(INET, bits, 0, 0), u32(index)]);
}
