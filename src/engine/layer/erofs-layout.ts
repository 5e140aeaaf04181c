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
  MAX_INLINE_TAIL_BYTES,
  SLOT_BYTES,
  roundUp,
} from './erofs-format.ts';
import type { DataLayout } from './erofs-format.ts';
import { encodeXattrs } from './erofs-xattr.ts';
import type { DirectoryNode, FileNode } from './file-node.ts';
import { TimeSlice } from './time-slice.ts';

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
  /** The kernel's number for it: where it stands among the inodes. */
  nid: number;
  layout: DataLayout;
  /** Of a file they are written already; of others they stand behind the inodes. */
  startBlock: number;
  blocks: number;
}

export interface ErofsLayout {
  /** In the order of their offsets, which is also the order of the blocks of those that are no files. */
  readonly inodes: readonly PlannedInode[];
  readonly byNode: ReadonlyMap<FileNode, PlannedInode>;
  readonly metadataBlock: number;
  /** The first one behind the inodes. */
  readonly directoryBlock: number;
  readonly totalBlocks: number;
}

/**
 * @param metadataBlock the first one behind the files' content
 * @throws DrydockError `data-loss` for what EROFS cannot hold
 */
export async function layOut(root: DirectoryNode, metadataBlock: number): Promise<ErofsLayout> {
  const byNode = new Map<FileNode, PlannedInode>();
  const inodes = await planTree(root, byNode);
  const start = metadataBlock * BLOCK_BYTES;
  // A number of 0 would be an entry that readdir(3) leaves out.
  let end = start + SLOT_BYTES;
  for (const inode of inodes) end = placeInode(inode, start, end);
  const directoryBlock = Math.ceil(end / BLOCK_BYTES);
  let nextBlock = directoryBlock;
  for (const inode of inodes) {
    if (inode.blocks === 0 || inode.node.kind === 'file') continue;
    inode.startBlock = nextBlock;
    nextBlock += inode.blocks;
  }
  if (nextBlock > 0xffff_ffff)
    throw new DrydockError('data-loss', `Cannot write EROFS image: it would have ${nextBlock} blocks`);
  return { inodes, byNode, metadataBlock, directoryBlock, totalBlocks: nextBlock };
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
    nid: 0,
    layout: LAYOUT_PLAIN,
    startBlock: 0,
    blocks: 0,
  };
}

/** Sets where the inode stands and how its content is kept. @param start of all. @returns the first free byte behind it */
function placeInode(inode: PlannedInode, start: number, end: number): number {
  const head = INODE_BYTES + inode.xattrs.length;
  placeContent(inode, head);
  const whole = head + (inode.layout === LAYOUT_INLINE ? inode.size % BLOCK_BYTES : 0);
  const slot = roundUp(end, SLOT_BYTES);
  // Inline content must not cross a block; keeping the head with it costs nothing more.
  const left = BLOCK_BYTES - (slot % BLOCK_BYTES);
  inode.offset = whole <= left || whole > BLOCK_BYTES ? slot : slot + left;
  inode.nid = (inode.offset - start) / SLOT_BYTES;
  return inode.offset + whole;
}

function placeContent(inode: PlannedInode, head: number): void {
  const { node, size } = inode;
  const tail = size % BLOCK_BYTES;
  if (node.kind === 'file') {
    inode.startBlock = node.startBlock;
    inode.blocks = node.blocks;
  } else {
    const inline = tail > 0 && head + tail <= BLOCK_BYTES && (node.kind === 'symlink' || tail <= MAX_INLINE_TAIL_BYTES);
    inode.blocks = inline ? Math.floor(size / BLOCK_BYTES) : Math.ceil(size / BLOCK_BYTES);
  }
  inode.layout = size > inode.blocks * BLOCK_BYTES ? LAYOUT_INLINE : LAYOUT_PLAIN;
}

function byByte(a: ByteString, b: ByteString): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
