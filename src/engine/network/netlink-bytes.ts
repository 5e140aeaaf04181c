// What netlink messages are made of: attributes, numbers in the guest's byte order, padding. Source: netlink(7), linux/rtnetlink.h.
import { joinBytes } from '../../shared/join-bytes.ts';
import type { Address } from './address.ts';

export function attribute(type: number, value: Uint8Array): Uint8Array {
  return padded(joinBytes([u16(4 + value.length), u16(type), value]));
}

export function addressBytes(address: Address): Uint8Array {
  return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}

export function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(':'), (byte) => parseInt(byte, 16));
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

// The guest is an x86: least significant byte first.
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

export function padded(bytes: Uint8Array): Uint8Array {
  const missing = -bytes.length & 3;
  return missing === 0 ? bytes : joinBytes([bytes, new Uint8Array(missing)]);
}

/** Type -> value, of the first attribute of each type. */
export function attributesOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = view.getUint16(at, true);
    if (length < 4) break;
    // The two highest bits are flags.
    const type = view.getUint16(at + 2, true) & 0x3fff;
    if (!found.has(type)) found.set(type, bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}

export function textOf(value: Uint8Array): string {
  return new TextDecoder().decode(value).replace(/\0.*$/s, '');
}

/** The bodies of all messages of a type in the kernel's answer. */
export function bodiesOf(bytes: Uint8Array, type: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodies: Uint8Array[] = [];
  for (let at = 0; at + 16 <= bytes.length;) {
    const end = at + view.getUint32(at, true);
    if (end <= at || end > bytes.length) break;
    if (view.getUint16(at + 4, true) === type) bodies.push(bytes.subarray(at + 16, end));
    at = (end + 3) & ~3;
  }
  return bodies;
}
