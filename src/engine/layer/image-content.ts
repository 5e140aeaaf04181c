// Content of a layer's files on its way from the tar into the image: whole blocks go there at once, in the order in which they
// come. Only tails wait, which stand behind inodes, and where those stand is known when the last entry has come.
import { keeperInMemory } from './content.ts';
import type { KeepContent } from './content.ts';
import { BLOCK_BYTES, INODE_BYTES, MAX_INLINE_TAIL_BYTES } from './erofs-format.ts';
import { encodeXattrs } from './erofs-xattr.ts';
import type { ContentPlace, RegularNode } from './file-node.ts';
import type { ImageOutput } from './image-output.ts';

/** What a tree does with its files' content. */
export interface FileContents {
  /** Content of this file comes next, all of it. @throws DrydockError `data-loss` for attributes that an image cannot hold */
  open(file: Omit<RegularNode, keyof ContentPlace>): ContentPlace;
  put(file: RegularNode, bytes: Uint8Array): void;
}

export class ImageContent implements FileContents {
  readonly #output: ImageOutput;
  readonly #keep: KeepContent;
  #nextBlock: number;
  /** Of the open file, what has yet to go into its blocks. */
  #blockBytesLeft = 0;

  /** @param firstBlock where `output` stands */
  constructor(output: ImageOutput, firstBlock: number, keep: KeepContent = keeperInMemory()) {
    this.#output = output;
    this.#keep = keep;
    this.#nextBlock = firstBlock;
  }

  open(file: Omit<RegularNode, keyof ContentPlace>): ContentPlace {
    this.end();
    const tailBytes = file.size % BLOCK_BYTES;
    const inline = tailBytes > 0 && tailBytes <= MAX_INLINE_TAIL_BYTES && fitsBlock(file, tailBytes);
    const blocks = inline ? Math.floor(file.size / BLOCK_BYTES) : Math.ceil(file.size / BLOCK_BYTES);
    const startBlock = blocks === 0 ? 0 : this.#nextBlock;
    this.#nextBlock += blocks;
    this.#blockBytesLeft = Math.min(file.size, blocks * BLOCK_BYTES);
    return { startBlock, blocks, tail: [] };
  }

  put(file: RegularNode, bytes: Uint8Array): void {
    const whole = Math.min(bytes.length, this.#blockBytesLeft);
    this.#blockBytesLeft -= whole;
    if (whole > 0) this.#output.put(whole === bytes.length ? bytes : bytes.subarray(0, whole));
    if (whole < bytes.length) file.tail.push(this.#keep(bytes.subarray(whole)));
  }

  /** The last file has come. @returns the first block behind */
  end(): number {
    this.#output.padTo(this.#nextBlock * BLOCK_BYTES);
    return this.#nextBlock;
  }
}

/** Inline content must not cross a block. */
function fitsBlock(file: Omit<RegularNode, keyof ContentPlace>, tailBytes: number): boolean {
  return INODE_BYTES + encodeXattrs(file).length + tailBytes <= BLOCK_BYTES;
}
