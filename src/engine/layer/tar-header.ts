// One 512-byte tar header: ustar, the old format and GNU's variants (POSIX.1-2017 pax, "ustar Interchange Format";
// GNU tar manual, "Basic Tar Format").
import { DrydockError } from '../../contracts/errors.ts';
import { byteStringOf, decodeName } from './byte-string.ts';
import type { ByteString } from './byte-string.ts';

export const TAR_BLOCK_BYTES = 512;

/** The fields as they stand in the block, before long names and PAX records replace them. */
export interface RawHeader {
  readonly typeflag: string;
  readonly path: ByteString;
  readonly linkPath: ByteString;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeS: number;
  readonly devMajor: number;
  readonly devMinor: number;
}

/**
 * @throws DrydockError `data-loss` when the checksum or a number is wrong
 */
export function parseHeader(block: Uint8Array): RawHeader {
  checkSum(block);
  const path = text(block, 0, 100);
  const ustar = byteStringOf(block.subarray(257, 263));
  const prefix = ustar === 'ustar\0' ? text(block, 345, 155) : '';
  const devices = ustar === 'ustar\0' || ustar === 'ustar ';
  return {
    typeflag: String.fromCharCode(block[156] ?? 0),
    path: prefix === '' ? path : `${prefix}/${path}`,
    linkPath: text(block, 157, 100),
    mode: number(block, 100, 8, 'mode'),
    uid: number(block, 108, 8, 'uid'),
    gid: number(block, 116, 8, 'gid'),
    size: number(block, 124, 12, 'size'),
    mtimeS: number(block, 136, 12, 'mtime'),
    devMajor: devices ? number(block, 329, 8, 'device number') : 0,
    devMinor: devices ? number(block, 337, 8, 'device number') : 0,
  };
}

export function isZeroBlock(block: Uint8Array): boolean {
  for (const byte of block) if (byte !== 0) return false;
  return true;
}

export function malformedTar(what: string): DrydockError {
  return new DrydockError('data-loss', `Cannot read tar archive: ${what}`);
}

function checkSum(block: Uint8Array): void {
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let i = 0; i < TAR_BLOCK_BYTES; i++) {
    if (i >= 148 && i < 156) continue;
    const byte = block[i] ?? 0;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  const stated = number(block, 148, 8, 'checksum');
  // Some old writers summed signed characters.
  if (stated !== unsigned && stated !== signed) {
    const name = decodeName(text(block, 0, 100)).slice(0, 100);
    throw malformedTar(`header of "${name}" has checksum ${stated}, its bytes add up to ${unsigned}`);
  }
}

function text(block: Uint8Array, at: number, length: number): ByteString {
  let end = at;
  while (end < at + length && block[end] !== 0) end++;
  return byteStringOf(block.subarray(at, end));
}

/** Octal digits, or base-256 (big-endian two's complement) when the first byte's top bit is set. */
function number(block: Uint8Array, at: number, length: number, field: string): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) !== 0) return base256(block, at, length, field);
  const digits = text(block, at, length).trim();
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) throw malformedTar(`${field} ${JSON.stringify(digits)} is not octal`);
  return Number.parseInt(digits, 8);
}

function base256(block: Uint8Array, at: number, length: number, field: string): number {
  const first = block[at] ?? 0;
  const negative = (first & 0x40) !== 0;
  let value = BigInt(negative ? first - 256 : first & 0x7f);
  for (let i = at + 1; i < at + length; i++) value = value * 256n + BigInt(block[i] ?? 0);
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw malformedTar(`${field} ${value} is out of range`);
  }
  return Number(value);
}
