// PAX extended headers: "<length> <key>=<value>\n" records that replace fields of the header after them
// (POSIX.1-2017 pax, "pax Extended Header").
import { byteStringOf } from './byte-string.ts';
import type { ByteString } from './byte-string.ts';
import { malformedTar } from './tar-header.ts';

const XATTR_PREFIX = 'SCHILY.xattr.';

export interface PaxRecords {
  readonly path?: ByteString;
  readonly linkPath?: ByteString;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: Timestamp;
  readonly xattrs: ReadonlyMap<ByteString, Uint8Array>;
}

/** Seconds since 1970, may be negative; nanoseconds 0-999999999 count forward from them. */
export interface Timestamp {
  readonly seconds: number;
  readonly ns: number;
}

/** @throws DrydockError `data-loss` */
export function parsePax(bytes: Uint8Array): PaxRecords {
  const records = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    const [key, value, next] = record(bytes, at);
    records.set(key, value);
    at = next;
  }
  const xattrs = new Map<ByteString, Uint8Array>();
  for (const [key, value] of records) {
    if (key.startsWith('GNU.sparse.')) throw malformedTar('sparse files are not supported (GNU.sparse records)');
    if (key.startsWith(XATTR_PREFIX)) xattrs.set(key.slice(XATTR_PREFIX.length), value.slice());
  }
  const path = textOf(records, 'path');
  const linkPath = textOf(records, 'linkpath');
  const size = integerOf(records, 'size');
  const uid = integerOf(records, 'uid');
  const gid = integerOf(records, 'gid');
  const mtime = textOf(records, 'mtime');
  return {
    xattrs,
    ...(path !== undefined && { path }),
    ...(linkPath !== undefined && { linkPath }),
    ...(size !== undefined && { size }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(mtime !== undefined && { mtime: parseTimestamp(mtime) }),
  };
}

function record(bytes: Uint8Array, start: number): [key: string, value: Uint8Array, next: number] {
  const space = bytes.indexOf(0x20, start);
  const digits = space < 0 ? '' : byteStringOf(bytes.subarray(start, Math.min(space, start + 20)));
  const end = start + Number.parseInt(digits, 10);
  if (!/^[0-9]+$/.test(digits) || end > bytes.length || end <= space + 1 || bytes[end - 1] !== 0x0a) {
    throw malformedTar(`extended header record at ${start} has length ${JSON.stringify(digits)}`);
  }
  const equals = bytes.indexOf(0x3d, space);
  if (equals <= space + 1 || equals >= end) throw malformedTar(`extended header record at ${start} has no key`);
  return [byteStringOf(bytes.subarray(space + 1, equals)), bytes.subarray(equals + 1, end - 1), end];
}

/** An empty value takes the record back: the header's own field counts. */
function textOf(records: ReadonlyMap<string, Uint8Array>, key: string): ByteString | undefined {
  const value = records.get(key);
  return value === undefined || value.length === 0 ? undefined : byteStringOf(value);
}

function integerOf(records: ReadonlyMap<string, Uint8Array>, key: string): number | undefined {
  const text = textOf(records, key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value)) {
    throw malformedTar(`extended header says ${key}=${JSON.stringify(text)}`);
  }
  return value;
}

function parseTimestamp(text: string): Timestamp {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text);
  if (match === null) throw malformedTar(`extended header says mtime=${JSON.stringify(text)}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const seconds = Number(whole);
  const ns = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign !== '-') return { seconds, ns };
  return ns === 0 ? { seconds: 0 - seconds, ns: 0 } : { seconds: 0 - seconds - 1, ns: 1_000_000_000 - ns };
}
