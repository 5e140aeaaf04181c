// Route messages of netlink(7), written here and sent as they are: rtnetlink(7), linux/rtnetlink.h, linux/if_link.h.
import { joinBytes } from '../../shared/join-bytes.ts';
import type { Address } from './address.ts';
import {
  addressBytes,
  attribute,
  attributesOf,
  bodiesOf,
  macBytes,
  padded,
  text,
  textOf,
  u16,
  u32,
} from './netlink-bytes.ts';

export const REQUEST = 0x1;
const ACKNOWLEDGE = 0x4;
export const DUMP = 0x300;
export const CREATE = 0x400;
export const EXCLUSIVE = 0x200;

const NEW_LINK = 16;
const DELETE_LINK = 17;
const GET_LINK = 18;
const SET_LINK = 19;
const NEW_ROUTE = 24;

export const INET = 2;
const UP = 1;
const NOTHING = new Uint8Array(0);

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** In one piece, in order; the kernel answers the last one. */
export function encodeMessages(messages: readonly NetlinkMessage[]): Uint8Array {
  return joinBytes(
    messages.map(({ type, flags, body }, index) => {
      const isLast = index === messages.length - 1 && (flags & DUMP) !== DUMP;
      const length = 16 + body.length;
      const header = joinBytes([
        u32(length),
        u16(type),
        u16(flags | (isLast ? ACKNOWLEDGE : 0)),
        u32(index + 1),
        u32(0),
      ]);
      return padded(joinBytes([header, body]));
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
  return { type: NEW_LINK, flags: REQUEST | CREATE | EXCLUSIVE, body: joinBytes([link(index, UP), ...attributes]) };
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
  const other = joinBytes([
    link(peer.index, 0),
    attribute(3, text(peer.name)),
    attribute(1, macBytes(peer.mac)),
    attribute(4, u32(mtu)),
    attribute(19, u32(peer.pid)),
  ]);
  const information = joinBytes([attribute(1, text('veth')), attribute(2, attribute(1, other))]);
  const attributes = [
    attribute(3, text(name)),
    attribute(4, u32(mtu)),
    attribute(10, u32(bridge)),
    attribute(18, information),
  ];
  return { type: NEW_LINK, flags: REQUEST | CREATE | EXCLUSIVE, body: joinBytes([link(index, UP), ...attributes]) };
}

export function bringUp(index: number): NetlinkMessage {
  return { type: NEW_LINK, flags: REQUEST, body: link(index, UP) };
}

export function deleteLink(name: string): NetlinkMessage {
  return { type: DELETE_LINK, flags: REQUEST, body: joinBytes([link(0, 0), attribute(3, text(name))]) };
}

/** Brings a link up with packets of this size. */
export function adjustLink(index: number, mtu: number): NetlinkMessage {
  return { type: NEW_LINK, flags: REQUEST, body: joinBytes([link(index, UP), attribute(4, u32(mtu))]) };
}

/** A packet may leave a bridge's port through which it came: a container reaches its own published port. */
export function hairpin(index: number): NetlinkMessage {
  const [bridgeFamily, portInformation, nested, mode] = [7, 12, 0x8000, 4];
  const header = Uint8Array.from([bridgeFamily, 0, 0, 0, ...u32(index), ...new Uint8Array(8)]);
  const port = attribute(portInformation | nested, attribute(mode, Uint8Array.of(1)));
  return { type: SET_LINK, flags: REQUEST, body: joinBytes([header, port]) };
}

/** Replaces the one that is there. */
export function defaultRoute(gateway: Address, index: number): NetlinkMessage {
  return { type: NEW_ROUTE, flags: REQUEST | CREATE | 0x100, body: routeTo(gateway, index) };
}

/** Every link of a namespace. */
export function dumpLinks(): NetlinkMessage {
  return { type: GET_LINK, flags: REQUEST | DUMP, body: link(0, 0) };
}

/** A link that the host has. */
export interface HostLink {
  readonly index: number;
  readonly mtu: number;
  readonly isUp: boolean;
  /** bridge, veth; empty for what is no virtual link. */
  readonly kind: string;
}

/** By name, of the answer to `dumpLinks`. */
export function parseLinks(bytes: Uint8Array): Map<string, HostLink> {
  const links = new Map<string, HostLink>();
  for (const body of bodiesOf(bytes, NEW_LINK)) {
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const attributes = attributesOf(body.subarray(16));
    const name = attributes.get(3);
    if (name === undefined) continue;
    const kind = attributesOf(attributes.get(18) ?? NOTHING).get(1);
    links.set(textOf(name), {
      index: view.getInt32(4, true),
      mtu: numberOf(attributes.get(4) ?? NOTHING),
      isUp: (view.getUint32(8, true) & UP) !== 0,
      kind: kind === undefined ? '' : textOf(kind),
    });
  }
  return links;
}

function routeTo(gateway: Address, index: number): Uint8Array {
  const [mainTable, atBoot, anywhere, unicast] = [254, 3, 0, 1];
  const header = Uint8Array.of(INET, 0, 0, 0, mainTable, atBoot, anywhere, unicast, 0, 0, 0, 0);
  return joinBytes([header, attribute(5, addressBytes(gateway)), attribute(4, u32(index))]);
}

/** struct ifinfomsg. */
function link(index: number, flags: number): Uint8Array {
  return joinBytes([new Uint8Array(4), u32(index), u32(flags), u32(flags)]);
}

function numberOf(value: Uint8Array): number {
  return value.length < 4 ? 0 : new DataView(value.buffer, value.byteOffset, 4).getUint32(0, true);
}
