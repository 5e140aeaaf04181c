// First pass over a layer's tree: where each inode and each file's blocks will stand. Nothing is written yet, so that the
// second pass can stream the image from its start, superblock first.
import { DrydockError } from '../../contracts/errors.ts';
import type { ByteString } from './byte-string.ts';
import { shapeDirectory } from './erofs-directory.ts';
import type { DirectoryShape } from './erofs-directory.ts';
import {
  BLOCK_BYTES,
  INODE_BYTES,
  LAYOUT_INLINE,
  LAYOUT_PLAIN,
  MAX_FILE_BYTES,
  SLOT_BYTES,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_OFFSET,
  roundUp,
} from './erofs-format.ts';
import type { DataLayout } from './erofs-format.ts';
import { encodeXattrs } from './erofs-xattr.ts';
import type { DirectoryNode, FileNode } from './file-node.ts';
import { TimeSlice } from './time-slice.ts';

/** Longer tails get a block of their own: kept inline they would leave holes as large between the inodes. */
const MAX_INLINE_TAIL_BYTES = 2048;
const INODES_BETWEEN_PAUSES = 512;

export interface PlannedInode {
  readonly node: FileNode;
  readonly parent: PlannedInode | undefined;
  readonly ino: number;
  readonly xattrs: Uint8Array;
  /** Bytes of content: of a file, a directory's entries, or a link's target. */
  readonly size: number;
  readonly names: readonly ByteString[];
  readonly shape: DirectoryShape | undefined;
  links: number;
  /** Byte offset in the image, a multiple of 32. */
  offset: number;
  layout: DataLayout;
  /** Whole blocks that stand behind the inodes. */
  startBlock: number;
  blocks: number;
}

export interface ErofsLayout {
  /** In the order of their offsets, which is also the order of their blocks. */
  readonly inodes: readonly PlannedInode[];
  readonly byNode: ReadonlyMap<FileNode, PlannedInode>;
  readonly metadataBlocks: number;
  readonly totalBlocks: number;
}

/** @throws DrydockError `data-loss` for what EROFS cannot hold */
export async function layOut(root: DirectoryNode): Promise<ErofsLayout> {
  const byNode = new Map<FileNode, PlannedInode>();
  const inodes = await planTree(root, byNode);
  let end = SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES;
  for (const inode of inodes) end = placeInode(inode, end);
  const metadataBlocks = Math.ceil(end / BLOCK_BYTES);
  let nextBlock = metadataBlocks;
  for (const inode of inodes) {
    if (inode.blocks === 0) continue;
    inode.startBlock = nextBlock;
    nextBlock += inode.blocks;
  }
  if (nextBlock > 0xffff_ffff)
    throw new DrydockError('data-loss', `Cannot write EROFS image: it would have ${nextBlock} blocks`);
  return { inodes, byNode, metadataBlocks, totalBlocks: nextBlock };
}

/** Depth first, names in order, without recursion: a hostile layer may be thousands of directories deep. */
async function planTree(root: DirectoryNode, byNode: Map<FileNode, PlannedInode>): Promise<PlannedInode[]> {
  const slice = new TimeSlice();
  const inodes: PlannedInode[] = [];
  const ahead: { node: FileNode; parent: PlannedInode | undefined }[] = [{ node: root, parent: undefined }];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { node, parent } = next;
    const known = byNode.get(node);
    if (known !== undefined) {
      known.links++;
      continue;
    }
    const inode = planInode(node, parent, inodes.length + 1);
    byNode.set(node, inode);
    inodes.push(inode);
    if (inodes.length % INODES_BETWEEN_PAUSES === 0) await slice.yieldWhenSpent();
    if (node.kind !== 'directory') continue;
    if (parent !== undefined) parent.links++;
    for (let i = inode.names.length - 1; i >= 0; i--) {
      const child = node.children.get(inode.names[i] ?? '');
      if (child !== undefined) ahead.push({ node: child, parent: inode });
    }
  }
  return inodes;
}

function planInode(node: FileNode, parent: PlannedInode | undefined, ino: number): PlannedInode {
  const names = node.kind === 'directory' ? ['.', '..', ...node.children.keys()].sort(byByte) : [];
  const shape = node.kind === 'directory' ? shapeDirectory(names) : undefined;
  const size = shape?.bytes ?? (node.kind === 'file' ? node.size : node.kind === 'symlink' ? node.target.length : 0);
  if (size > MAX_FILE_BYTES) {
    throw new DrydockError(
      'data-loss',
      `Cannot write EROFS image: a file of ${size} bytes; files of 4 GiB and more are not supported`,
    );
  }
  const links = node.kind === 'directory' ? 2 : 1;
  const xattrs = encodeXattrs(node);
  return {
    node,
    parent,
    ino,
    xattrs,
    size,
    names,
    shape,
    links,
    offset: 0,
    layout: LAYOUT_PLAIN,
    startBlock: 0,
    blocks: 0,
  };
}

/** Sets where the inode stands and how its content is kept. @returns the first free byte behind it */
function placeInode(inode: PlannedInode, end: number): number {
  const head = INODE_BYTES + inode.xattrs.length;
  const tail = inode.size % BLOCK_BYTES;
  const inline = tail > 0 && fitsInline(inode, head, tail);
  inode.layout = inline ? LAYOUT_INLINE : LAYOUT_PLAIN;
  inode.blocks = inline ? Math.floor(inode.size / BLOCK_BYTES) : Math.ceil(inode.size / BLOCK_BYTES);
  const whole = head + (inline ? tail : 0);
  const start = roundUp(end, SLOT_BYTES);
  // Inline content must not cross a block; keeping the head with it costs nothing more.
  const left = BLOCK_BYTES - (start % BLOCK_BYTES);
  inode.offset = whole <= left || whole > BLOCK_BYTES ? start : start + left;
  return inode.offset + whole;
}

function fitsInline(inode: PlannedInode, head: number, tail: number): boolean {
  if (head + tail > BLOCK_BYTES) return false;
  // The kernel reads inline links without the page cache: always worth it.
  return inode.node.kind === 'symlink' || tail <= MAX_INLINE_TAIL_BYTES;
}

function byByte(a: ByteString, b: ByteString): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function nidOf(inode: PlannedInode): number {
  return inode.offset / SLOT_BYTES;
}
