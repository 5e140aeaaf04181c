// Reads a layer's tar into its tree and notes, on the way, what is needed to write the same tar again.
import { BLOCK_BYTES, INODE_BYTES } from './erofs-format.ts';
import type { ErofsLayout, PlannedInode } from './erofs-layout.ts';
import type { RegularNode } from './file-node.ts';
import { NumberWriter } from './tar-recipe.ts';
import type { ContentRange, ContentRanges, TarRecipe } from './tar-recipe.ts';
import { TarReader } from './tar-reader.ts';
import type { TarEntry, TarSink } from './tar-reader.ts';
import type { LayerTree } from './tree.ts';

/** Enough for the compressor to be worth its calls. */
const FLUSH_BYTES = 64 * 1024;

export class RecipeRecorder implements TarSink {
  readonly #tree: LayerTree;
  readonly #reader = new TarReader(this);
  readonly #files: RegularNode[] = [];
  readonly #frame = new NumberWriter();
  readonly #compressor = new CompressionStream('gzip');
  readonly #compressed: Promise<Uint8Array[]>;
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;
  /** Bytes of the tar that are no content of a file in the tree and that the frame does not have yet. */
  readonly #between = new NumberWriter();
  #contentBytes = 0;
  #tarBytes = 0;
  #chunk = new Uint8Array(0);
  /** Of the chunk, what is noted. */
  #at = 0;

  constructor(tree: LayerTree) {
    this.#tree = tree;
    this.#compressed = allOf(this.#compressor.readable);
    // Whoever waits for it gets the error; a recorder that is dropped must not bring the process down.
    this.#compressed.catch(() => undefined);
    this.#writer = this.#compressor.writable.getWriter();
    this.#writer.closed.catch(() => undefined);
  }

  /** True when `flush` is due. */
  get full(): boolean {
    return this.#frame.length + this.#between.length > FLUSH_BYTES;
  }

  /** @throws DrydockError `data-loss` on a malformed tar; do not push again then */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk as Uint8Array<ArrayBuffer>;
    this.#at = 0;
    this.#tarBytes += chunk.length;
    this.#reader.push(chunk);
    this.#keepUntil(chunk.length);
  }

  async flush(): Promise<void> {
    this.#closeRun();
    await this.#writer.write(this.#frame.take());
  }

  /** The archive ends here. @throws DrydockError `data-loss` when it ends inside an entry */
  end(): void {
    this.#reader.end();
  }

  /** @param layout of the tree, whose content may be written and gone by now */
  async recipe(layout: ErofsLayout): Promise<TarRecipe> {
    await this.flush();
    await this.#writer.close();
    const contents = this.#files.map((node) => rangesOf(node, layout.byNode.get(node)));
    return { tarBytes: this.#tarBytes, contents, frame: await this.#compressed };
  }

  /** Gives up. */
  async abort(): Promise<void> {
    await this.#writer.abort().catch(() => undefined);
  }

  entry(entry: TarEntry): void {
    this.#tree.entry(entry);
  }

  content(bytes: Uint8Array): void {
    const { openFile } = this.#tree;
    this.#tree.content(bytes);
    if (openFile === undefined) return;
    this.#keepUntil(bytes.byteOffset - this.#chunk.byteOffset);
    this.#at += bytes.length;
    if (this.#files.at(-1) !== openFile) this.#files.push(openFile);
    this.#contentBytes += bytes.length;
  }

  /** What of the chunk stands before `end` and is not noted yet. */
  #keepUntil(end: number): void {
    if (end <= this.#at) return;
    if (this.#contentBytes > 0) this.#closeRun();
    this.#between.raw(this.#chunk.subarray(this.#at, end));
    this.#at = end;
  }

  /** A run is bytes of the tar and the content that follows; either may be missing. */
  #closeRun(): void {
    if (this.#between.length === 0 && this.#contentBytes === 0) return;
    this.#frame.number(this.#between.length);
    this.#frame.raw(this.#between.take());
    this.#frame.number(this.#contentBytes);
    this.#contentBytes = 0;
  }
}

/** Where the image has a file's content: whole blocks, and a tail behind the inode. */
function rangesOf(node: RegularNode, inode: PlannedInode | undefined): ContentRanges {
  const whole = Math.min(node.size, node.blocks * BLOCK_BYTES);
  const ranges: ContentRange[] = whole === 0 ? [] : [{ offset: node.startBlock * BLOCK_BYTES, bytes: whole }];
  if (whole === node.size) return ranges;
  // Something later in the tar took its place: its blocks are there, but no inode.
  if (inode === undefined) return [...ranges, ...node.tail.map((kept) => ({ kept: kept.subarray() }))];
  return [...ranges, { offset: inode.offset + INODE_BYTES + inode.xattrs.length, bytes: node.size - whole }];
}

async function allOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return pieces;
    pieces.push(value);
  }
}
