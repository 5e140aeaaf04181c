// Directories as EROFS keeps them: blocks of fixed entries followed by their names, in byte order, so that the kernel can
// search blocks and entries by halving (fs/erofs/namei.c).
import type { ByteString } from './byte-string.ts';
import { BLOCK_BYTES, DIRENT_BYTES, direntType, viewOf } from './erofs-format.ts';
import type { FileNode } from './file-node.ts';

export interface DirectoryEntry {
  readonly name: ByteString;
  readonly nid: number;
  readonly kind: FileNode['kind'];
}

/** How sorted names fall into blocks. */
export interface DirectoryShape {
  /** Index of each block's first name. */
  readonly starts: readonly number[];
  readonly bytes: number;
}

/** @param names sorted, with `.` and `..` */
export function shapeDirectory(names: readonly ByteString[]): DirectoryShape {
  const starts = [0];
  let used = 0;
  names.forEach((name, index) => {
    const needed = DIRENT_BYTES + name.length;
    if (used + needed > BLOCK_BYTES) {
      starts.push(index);
      used = 0;
    }
    used += needed;
  });
  return { starts, bytes: (starts.length - 1) * BLOCK_BYTES + used };
}

/** @param entries in the order the shape was made from */
export function writeDirectory(shape: DirectoryShape, entries: readonly DirectoryEntry[]): Uint8Array {
  const bytes = new Uint8Array(shape.bytes);
  const view = viewOf(bytes);
  shape.starts.forEach((start, block) => {
    const base = block * BLOCK_BYTES;
    const end = shape.starts[block + 1] ?? entries.length;
    let nameOffset = (end - start) * DIRENT_BYTES;
    for (let index = start; index < end; index++) {
      const entry = entries[index];
      if (entry === undefined) break;
      const at = base + (index - start) * DIRENT_BYTES;
      view.setBigUint64(at, BigInt(entry.nid), true);
      view.setUint16(at + 8, nameOffset, true);
      view.setUint8(at + 10, direntType(entry.kind));
      for (let i = 0; i < entry.name.length; i++) bytes[base + nameOffset + i] = entry.name.charCodeAt(i);
      nameOffset += entry.name.length;
    }
  });
  return bytes;
}
