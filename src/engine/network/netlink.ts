// Route messages of netlink(7), written here and sent as they are: rtnetlink(7), linux/rtnetlink.h, linux/if_link.h.
import type { Address } from './address.ts';

const REQUEST = 0x1;
const ACKNOWLEDGE = 0x4;
const DUMP = 0x300;
const CREATE = 0x400;
const EXCLUSIVE = 0x200;

const NEW_LINK = 16;
const DELETE_LINK = 17;
const GET_LINK = 18;
const NEW_ADDRESS = 20;
const NEW_ROUTE = 24;

const INET = 2;
const UP = 1;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** In one piece, in order; the kernel answers the last one. */
export function encodeMessages(messages: readonly NetlinkMessage[]): Uint8Array {
  return join(
    messages.map(({ type, flags, body }, index) => {
      const isLast = index === messages.length - 1 && (flags & DUMP) !== DUMP;
      const length = 16 + body.length;
      const header = join([u32(length), u16(type), u16(flags | (isLast ? ACKNOWLEDGE : 0)), u32(index + 1), u32(0)]);
      return padded(join([header, body]));
    }),
  );
}

export interface BridgeLink {
  readonly name: string;
  readonly index: number;
  readonly mac: string;
  readonly mtu: number;
}

export function newBridge({ name, index, mac, mtu }: BridgeLink): NetlinkMessage {
  const attributes = [
    attribute(3, text(name)),
    attribute(1, macBytes(mac)),
    attribute(4, u32(mtu)),
    attribute(18, attribute(1, text('bridge'))),
  ];
  return { type: NEW_LINK, flags: REQUEST | CREATE | EXCLUSIVE, body: join([link(index, UP), ...attributes]) };
}

export interface VethPair {
  /** Of the host's side. */
  readonly name: string;
  readonly index: number;
  /** Index of the bridge it belongs to. */
  readonly bridge: number;
  readonly mtu: number;
  readonly peer: {
    readonly name: string;
    readonly index: number;
    readonly mac: string;
    /** A process in the namespace where it goes. */
    readonly pid: number;
  };
}

/** Both sides in their places; the host's is up, and the other cannot be before there are both. */
export function newVeth({ name, index, bridge, mtu, peer }: VethPair): NetlinkMessage {
  const other = join([
    link(peer.index, 0),
    attribute(3, text(peer.name)),
    attribute(1, macBytes(peer.mac)),
    attribute(4, u32(mtu)),
    attribute(19, u32(peer.pid)),
  ]);
  const information = join([attribute(1, text('veth')), attribute(2, attribute(1, other))]);
  const attributes = [
    attribute(3, text(name)),
    attribute(4, u32(mtu)),
    attribute(10, u32(bridge)),
    attribute(18, information),
  ];
  return { type: NEW_LINK, flags: REQUEST | CREATE | EXCLUSIVE, body: join([link(index, UP), ...attributes]) };
}

export function bringUp(index: number): NetlinkMessage {
  return { type: NEW_LINK, flags: REQUEST, body: link(index, UP) };
}

export function deleteLink(name: string): NetlinkMessage {
  return { type: DELETE_LINK, flags: REQUEST, body: join([link(0, 0), attribute(3, text(name))]) };
}

export function addAddress(index: number, address: Address, bits: number, broadcast: Address): NetlinkMessage {
  const header = join([Uint8Array.of(INET, bits, 0, 0), u32(index)]);
  const attributes = [
    attribute(2, addressBytes(address)),
    attribute(1, addressBytes(address)),
    attribute(4, addressBytes(broadcast)),
  ];
  return { type: NEW_ADDRESS, flags: REQUEST | CREATE | EXCLUSIVE, body: join([header, ...attributes]) };
}

/** Replaces the one that is there. */
export function defaultRoute(gateway: Address, index: number): NetlinkMessage {
  return { type: NEW_ROUTE, flags: REQUEST | CREATE | 0x100, body: routeTo(gateway, index) };
}

/** Every link of a namespace. */
export function dumpLinks(): NetlinkMessage {
  return { type: GET_LINK, flags: REQUEST | DUMP, body: link(0, 0) };
}

/** Name -> index, of the answer to `dumpLinks`. */
export function parseLinks(bytes: Uint8Array): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const links = new Map<string, number>();
  for (let at = 0; at + 16 <= bytes.length;) {
    const end = at + view.getUint32(at, true);
    if (end <= at || end > bytes.length) break;
    if (view.getUint16(at + 4, true) === NEW_LINK) {
      const name = attributeText(bytes.subarray(at + 32, end), 3);
      if (name !== undefined) links.set(name, view.getInt32(at + 20, true));
    }
    at = (end + 3) & ~3;
  }
  return links;
}

function attributeText(bytes: Uint8Array, wanted: number): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = view.getUint16(at, true);
    if (length < 4) return undefined;
    if (view.getUint16(at + 2, true) === wanted) {
      return new TextDecoder().decode(bytes.subarray(at + 4, at + length)).replace(/\0.*$/s, '');
    }
    at += (length + 3) & ~3;
  }
  return undefined;
}

function routeTo(gateway: Address, index: number): Uint8Array {
  const [mainTable, atBoot, anywhere, unicast] = [254, 3, 0, 1];
  const header = Uint8Array.of(INET, 0, 0, 0, mainTable, atBoot, anywhere, unicast, 0, 0, 0, 0);
  return join([header, attribute(5, addressBytes(gateway)), attribute(4, u32(index))]);
}

/** struct ifinfomsg. */
function link(index: number, flags: number): Uint8Array {
  return join([new Uint8Array(4), u32(index), u32(flags), u32(flags)]);
}

function attribute(type: number, value: Uint8Array): Uint8Array {
  return padded(join([u16(4 + value.length), u16(type), value]));
}

function addressBytes(address: Address): Uint8Array {
  return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}

function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(':'), (byte) => parseInt(byte, 16));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

// The guest is an x86: least significant byte first.
function u16(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function padded(bytes: Uint8Array): Uint8Array {
  const missing = -bytes.length & 3;
  return missing === 0 ? bytes : join([bytes, new Uint8Array(missing)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
