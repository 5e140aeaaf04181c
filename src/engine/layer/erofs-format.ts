// EROFS on disk, the uncompressed part of it (kernel: fs/erofs/erofs_fs.h, Documentation/filesystems/erofs.rst).
import { crc32c } from './crc32c.ts';
import type { FileNode } from './file-node.ts';

export const BLOCK_BYTES = 4096;
/** Inodes stand at multiples of this; an inode's number (nid) is its offset in these units. */
export const SLOT_BYTES = 32;
/** We write only extended inodes: compact ones have no time of their own, and layers' files all have one. */
export const INODE_BYTES = 64;
/** Longer tails get a block of their own: kept inline they would leave holes as large between the inodes. */
export const MAX_INLINE_TAIL_BYTES = 2048;
export const SUPERBLOCK_OFFSET = 1024;
export const SUPERBLOCK_BYTES = 128;
export const DIRENT_BYTES = 12;
/** Block numbers are 32 bits, and so is everything in the guest that reads a file. */
export const MAX_FILE_BYTES = 0xffff_ffff;

const MAGIC = 0xe0f5e1e2;
const FEATURE_COMPAT_SUPERBLOCK_CHECKSUM = 1;
const BLOCK_BITS = 12;

export const LAYOUT_PLAIN = 0;
export const LAYOUT_INLINE = 2;
export type DataLayout = typeof LAYOUT_PLAIN | typeof LAYOUT_INLINE;

/** erofs_dirent.file_type and the file type bits of stat(2). */
const KINDS: Readonly<Record<FileNode['kind'], { readonly direntType: number; readonly modeBits: number }>> = {
  file: { direntType: 1, modeBits: 0o100000 },
  directory: { direntType: 2, modeBits: 0o040000 },
  char: { direntType: 3, modeBits: 0o020000 },
  block: { direntType: 4, modeBits: 0o060000 },
  fifo: { direntType: 5, modeBits: 0o010000 },
  symlink: { direntType: 7, modeBits: 0o120000 },
};

export function direntType(kind: FileNode['kind']): number {
  return KINDS[kind].direntType;
}

export interface Superblock {
  readonly rootNid: number;
  readonly inodes: number;
  readonly blocks: number;
  /** Where the inodes start: their numbers count from there. */
  readonly metadataBlock: number;
}

/** `bytes`: at least the 128 bytes of the superblock, all zero. The checksum comes last, with `sealSuperblock`. */
export function writeSuperblock(bytes: Uint8Array, superblock: Superblock): void {
  const view = viewOf(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, FEATURE_COMPAT_SUPERBLOCK_CHECKSUM, true);
  view.setUint8(12, BLOCK_BITS);
  view.setUint16(14, superblock.rootNid, true);
  view.setBigUint64(16, BigInt(superblock.inodes), true);
  view.setUint32(36, superblock.blocks, true);
  view.setUint32(40, superblock.metadataBlock, true);
  // xattr_blkaddr stays 0: all xattrs are inline. So do the volume's uuid and build time: the same tar gives the same bytes.
}

/** Fills in the checksum over the rest of the first block. @param firstBlock the image's first 4096 bytes, finished */
export function sealSuperblock(firstBlock: Uint8Array): void {
  const summed = firstBlock.subarray(SUPERBLOCK_OFFSET, BLOCK_BYTES);
  const view = viewOf(summed);
  view.setUint32(4, 0, true);
  view.setUint32(4, crc32c(summed), true);
}

export interface InodeFields {
  readonly node: FileNode;
  readonly layout: DataLayout;
  readonly xattrBytes: number;
  readonly size: number;
  /** First data block (files, directories, symbolic links), else 0. */
  readonly startBlock: number;
  /** Number for 32-bit stat(2), unique in the image. */
  readonly ino: number;
  readonly links: number;
}

/** Writes an extended inode. `bytes`: 64 zero bytes. */
export function writeInode(bytes: Uint8Array, inode: InodeFields): void {
  const { node } = inode;
  const view = viewOf(bytes);
  view.setUint16(0, 1 | (inode.layout << 1), true);
  view.setUint16(2, xattrCount(inode.xattrBytes), true);
  view.setUint16(4, KINDS[node.kind].modeBits | node.mode, true);
  view.setBigUint64(8, BigInt(inode.size), true);
  const isDevice = node.kind === 'char' || node.kind === 'block';
  view.setUint32(16, isDevice ? encodeDevice(node.major, node.minor) : inode.startBlock, true);
  view.setUint32(20, inode.ino, true);
  view.setUint32(24, node.uid, true);
  view.setUint32(28, node.gid, true);
  view.setBigInt64(32, BigInt(node.mtimeS), true);
  view.setUint32(40, node.mtimeNs, true);
  view.setUint32(44, inode.links, true);
}

/** i_xattr_icount: the 12-byte header counts 1, then each 4 bytes 1. */
function xattrCount(xattrBytes: number): number {
  return xattrBytes === 0 ? 0 : (xattrBytes - 12) / 4 + 1;
}

/** Linux's new_encode_dev (include/linux/kdev_t.h). */
function encodeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
