// Extended attributes as EROFS keeps them behind an inode (erofs_xattr_ibody_header, erofs_xattr_entry).
import { DrydockError } from '../../contracts/errors.ts';
import { bytesOf, decodeName, encodeName } from './byte-string.ts';
import type { ByteString } from './byte-string.ts';
import { roundUp, viewOf } from './erofs-format.ts';
import type { FileAttributes, FileNode } from './file-node.ts';

const HEADER_BYTES = 12;
const ENTRY_BYTES = 4;
/** What i_xattr_icount can count. */
const MAX_BYTES = HEADER_BYTES + 0xfffe * 4;

/** Prefixes are stored as numbers; the ACLs' whole names are. */
const INDEXES: readonly (readonly [prefix: string, index: number, whole: boolean])[] = [
  ['user.', 1, false],
  ['system.posix_acl_access', 2, true],
  ['system.posix_acl_default', 3, true],
  ['trusted.', 4, false],
  ['security.', 6, false],
];

const OPAQUE: [ByteString, Uint8Array] = ['trusted.overlay.opaque', bytesOf(encodeName('y'))];
const NOTHING = new Uint8Array(0);

/**
 * The bytes that follow the inode; none without attributes. Names under other prefixes are left out: Linux has no handler
 * for them, so Docker's extraction, too, goes on without.
 * @throws DrydockError `data-loss` when they are more than EROFS can hold
 */
export function encodeXattrs(node: FileNode | (FileAttributes & { readonly kind: 'file' })): Uint8Array {
  if (node.xattrs.size === 0 && node.kind !== 'directory') return NOTHING;
  const wanted = [...node.xattrs];
  if (node.kind === 'directory' && node.opaque) wanted.push(OPAQUE);
  if (wanted.length === 0) return NOTHING;
  const entries = wanted.flatMap(([name, value]) => entryOf(name, value)).sort((a, b) => (a.order < b.order ? -1 : 1));
  if (entries.length === 0) return NOTHING;
  const size = entries.reduce((sum, entry) => sum + entry.bytes.length, HEADER_BYTES);
  if (size > MAX_BYTES) {
    throw new DrydockError(
      'data-loss',
      `Cannot write EROFS image: extended attributes of ${size} bytes; a file can have ${MAX_BYTES}`,
    );
  }
  const out = new Uint8Array(size);
  let at = HEADER_BYTES;
  for (const { bytes } of entries) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

function entryOf(name: ByteString, value: Uint8Array): { order: string; bytes: Uint8Array }[] {
  const match = INDEXES.find(([prefix, , whole]) => (whole ? name === prefix : name.startsWith(prefix)));
  if (match === undefined) return [];
  const [prefix, index] = match;
  const rest = name.slice(prefix.length);
  if (rest.length > 255 || value.length > 0xffff) {
    throw new DrydockError(
      'data-loss',
      `Cannot write EROFS image: extended attribute "${decodeName(name)}" of ${value.length} bytes is too long`,
    );
  }
  const bytes = new Uint8Array(roundUp(ENTRY_BYTES + rest.length + value.length, 4));
  const view = viewOf(bytes);
  view.setUint8(0, rest.length);
  view.setUint8(1, index);
  view.setUint16(2, value.length, true);
  bytes.set(bytesOf(rest), ENTRY_BYTES);
  bytes.set(value, ENTRY_BYTES + rest.length);
  return [{ order: name, bytes }];
}
