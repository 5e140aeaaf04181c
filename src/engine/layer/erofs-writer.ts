// Turns a layer's tree into an EROFS image: uncompressed, mounted by the guest straight from the blob, and byte for byte
// the same for the same files. containerd's erofs snapshotter is the model: one image a layer, stacked by overlayfs.
import type { BlobWriter } from '../../contracts/blob-store.ts';
import { bytesOf } from './byte-string.ts';
import type { Content } from './content.ts';
import {
  BLOCK_BYTES,
  INODE_BYTES,
  LAYOUT_INLINE,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_OFFSET,
  sealSuperblock,
  writeInode,
  writeSuperblock,
} from './erofs-format.ts';
import { writeDirectory } from './erofs-directory.ts';
import { layOut, nidOf } from './erofs-layout.ts';
import type { ErofsLayout, PlannedInode } from './erofs-layout.ts';
import type { DirectoryNode } from './file-node.ts';
import { ImageOutput } from './image-output.ts';

const NOTHING = new Uint8Array(0);

/**
 * Writes the image of `root`; the caller commits. Takes the files' content out of the tree as it goes, so that a layer is
 * never twice in memory.
 * @returns where everything stands
 * @throws DrydockError `data-loss` for what EROFS cannot hold
 */
export async function writeErofs(root: DirectoryNode, writer: BlobWriter, signal?: AbortSignal): Promise<ErofsLayout> {
  const layout = await layOut(root);
  const output = new ImageOutput(writer, sealSuperblock);
  output.put(new Uint8Array(SUPERBLOCK_OFFSET));
  output.put(superblockOf(root, layout));
  for (const inode of layout.inodes) {
    writeMetadata(inode, layout, output);
    if (output.full) await output.flush(signal);
  }
  output.padTo(layout.metadataBlocks * BLOCK_BYTES);
  for (const inode of layout.inodes) {
    if (inode.blocks > 0) await writeBlocks(inode, layout, output, signal);
  }
  output.padTo(layout.totalBlocks * BLOCK_BYTES);
  await output.finish();
  return layout;
}

function superblockOf(root: DirectoryNode, layout: ErofsLayout): Uint8Array {
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  const rootInode = layout.byNode.get(root);
  writeSuperblock(bytes, {
    rootNid: rootInode === undefined ? 0 : nidOf(rootInode),
    inodes: layout.inodes.length,
    blocks: layout.totalBlocks,
  });
  return bytes;
}

function writeMetadata(inode: PlannedInode, layout: ErofsLayout, output: ImageOutput): void {
  const { node } = inode;
  output.padTo(inode.offset);
  const bytes = new Uint8Array(INODE_BYTES);
  writeInode(bytes, { ...inode, node, xattrBytes: inode.xattrs.length });
  output.put(bytes);
  output.put(inode.xattrs);
  if (inode.layout !== LAYOUT_INLINE) return;
  const whole = inode.blocks * BLOCK_BYTES;
  if (node.kind !== 'file') return output.put(contentOf(inode, layout).subarray(whole));
  let at = 0;
  for (const piece of node.content) {
    if (at + piece.length > whole) output.put(piece.subarray(Math.max(0, whole - at)));
    at += piece.length;
  }
  if (whole === 0) node.content = [];
}

async function writeBlocks(
  inode: PlannedInode,
  layout: ErofsLayout,
  output: ImageOutput,
  signal?: AbortSignal,
): Promise<void> {
  const { node } = inode;
  output.padTo(inode.startBlock * BLOCK_BYTES);
  const pieces: Content[] = node.kind === 'file' ? node.content : [contentOf(inode, layout)];
  let left = Math.min(inode.size, inode.blocks * BLOCK_BYTES);
  for (const [index, piece] of pieces.entries()) {
    output.put(piece.subarray(0, left));
    left -= Math.min(left, piece.length);
    // A layer may be one large file.
    pieces[index] = NOTHING;
    if (output.full) await output.flush(signal);
  }
  if (node.kind === 'file') node.content = [];
}

/** Of a directory or a symbolic link. */
function contentOf(inode: PlannedInode, layout: ErofsLayout): Uint8Array {
  const { node, shape } = inode;
  if (node.kind === 'symlink') return bytesOf(node.target);
  if (node.kind !== 'directory' || shape === undefined) return new Uint8Array(0);
  const entries = inode.names.map((name) => {
    if (name === '.') return { name, nid: nidOf(inode), kind: node.kind };
    if (name === '..') return { name, nid: nidOf(inode.parent ?? inode), kind: node.kind };
    const child = node.children.get(name);
    const planned = child && layout.byNode.get(child);
    return { name, nid: planned ? nidOf(planned) : 0, kind: child?.kind ?? 'file' };
  });
  return writeDirectory(shape, entries);
}
