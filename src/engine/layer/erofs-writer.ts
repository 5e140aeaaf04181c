// Turns a layer's tree into an EROFS image: uncompressed, mounted by the guest straight from the blob, and byte for byte
// the same for the same tar. containerd's erofs snapshotter is the model: one image a layer, stacked by overlayfs.
// Content comes first and inodes last, so that a layer is written once, while it comes (docs/decisions/0022).
import type { DerivedWriter, Digest } from '../../contracts/blob-store.ts';
import { digestOf } from '../blob/sha256.ts';
import { bytesOf } from './byte-string.ts';
import type { KeepContent } from './content.ts';
import {
  BLOCK_BYTES,
  INODE_BYTES,
  LAYOUT_INLINE,
  SUPERBLOCK_OFFSET,
  sealSuperblock,
  writeInode,
  writeSuperblock,
} from './erofs-format.ts';
import { writeDirectory } from './erofs-directory.ts';
import { layOut } from './erofs-layout.ts';
import type { ErofsLayout, PlannedInode } from './erofs-layout.ts';
import type { DirectoryNode } from './file-node.ts';
import { ImageContent } from './image-content.ts';
import { ImageOutput } from './image-output.ts';

/** Changes with every byte that we write otherwise: stores outlive us, and what they have under a name stays. */
const FORMAT = 'drydock erofs 2';

/** What the image of a layer's tar is called in a blob store: it is not hashed, for it follows from the tar. */
export function imageName(diffId: Digest): Promise<Digest> {
  return digestOf(new TextEncoder().encode(`${FORMAT} ${diffId}`));
}

export class ErofsWriter {
  /** Takes the content of the files as it comes. */
  readonly contents: ImageContent;
  readonly #writer: DerivedWriter;
  readonly #output: ImageOutput;

  /** @param writer of the image; the caller commits or aborts it */
  constructor(writer: DerivedWriter, keep?: KeepContent) {
    this.#writer = writer;
    // The first block has the superblock, which is known last.
    this.#output = new ImageOutput(writer, BLOCK_BYTES);
    this.contents = new ImageContent(this.#output, 1, keep);
  }

  /** True when `flush` is due. */
  get full(): boolean {
    return this.#output.full;
  }

  /** @throws what `signal` was aborted with; DrydockError `no-space` */
  async flush(signal?: AbortSignal): Promise<void> {
    await this.#output.flush(signal);
  }

  /**
   * All files have come: their inodes and directories follow.
   * @param root its files' content went through `contents`; their tails are taken out of it
   * @returns where everything stands
   * @throws DrydockError `data-loss` for what EROFS cannot hold
   */
  async finish(root: DirectoryNode, signal?: AbortSignal): Promise<ErofsLayout> {
    const output = this.#output;
    const layout = await layOut(root, this.contents.end());
    for (const inode of layout.inodes) {
      writeMetadata(inode, layout, output);
      if (output.full) await output.flush(signal);
    }
    output.padTo(layout.directoryBlock * BLOCK_BYTES);
    for (const inode of layout.inodes) {
      if (inode.blocks === 0 || inode.node.kind === 'file') continue;
      output.padTo(inode.startBlock * BLOCK_BYTES);
      output.put(contentOf(inode, layout).subarray(0, inode.blocks * BLOCK_BYTES));
      if (output.full) await output.flush(signal);
    }
    output.padTo(layout.totalBlocks * BLOCK_BYTES);
    await output.finish();
    await this.#writer.writeAt(0, firstBlockOf(root, layout));
    return layout;
  }
}

function firstBlockOf(root: DirectoryNode, { inodes, byNode, totalBlocks, metadataBlock }: ErofsLayout): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const rootNid = byNode.get(root)?.nid ?? 0;
  writeSuperblock(bytes.subarray(SUPERBLOCK_OFFSET), {
    rootNid,
    inodes: inodes.length,
    blocks: totalBlocks,
    metadataBlock,
  });
  sealSuperblock(bytes);
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
  if (node.kind !== 'file') return output.put(contentOf(inode, layout).subarray(inode.blocks * BLOCK_BYTES));
  for (const piece of node.tail) output.put(piece.subarray());
  node.tail = [];
}

/** Of a directory or a symbolic link. */
function contentOf(inode: PlannedInode, layout: ErofsLayout): Uint8Array {
  const { node, shape } = inode;
  if (node.kind === 'symlink') return bytesOf(node.target);
  if (node.kind !== 'directory' || shape === undefined) return new Uint8Array(0);
  const entries = inode.names.map((name) => {
    if (name === '.') return { name, nid: inode.nid, kind: node.kind };
    if (name === '..') return { name, nid: (inode.parent ?? inode).nid, kind: node.kind };
    const child = node.children.get(name);
    const planned = child && layout.byNode.get(child);
    return { name, nid: planned?.nid ?? 0, kind: child?.kind ?? 'file' };
  });
  return writeDirectory(shape, entries);
}
