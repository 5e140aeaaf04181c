// How a layer's tar is put together again from its EROFS image: saving and pushing need the very bytes that the diffID names,
// and keeping them beside the image would double what a layer costs. As tar-split does for dockerd: what is not content of a
// file (headers, padding, the end) is kept, compressed; content is said by where the image has it.
import type { BlobWriter } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { decompress } from './decompress.ts';

/** Bytes `offset` to `offset + bytes` of the EROFS image, or bytes that the image does not have. */
export type ContentRange = { readonly offset: number; readonly bytes: number } | { readonly kept: Uint8Array };

/** Of one file, in its order. */
export type ContentRanges = readonly ContentRange[];

/** Of the first part's length, big-endian; in front of everything. */
const LENGTH_BYTES = 4;
const KEPT = 0;
const IN_IMAGE = 1;

/** Numbers of up to 53 bits, seven bits a byte, the lowest first. */
export class NumberWriter {
  #bytes = new Uint8Array(1024);
  #used = 0;

  number(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#put((rest % 0x80) | 0x80);
    this.#put(rest);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  get length(): number {
    return this.#used;
  }

  /** What was written; the writer is empty then. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#used);
    this.#used = 0;
    return taken;
  }

  #put(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#used++] = byte;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + bytes));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }
}

/** Takes numbers and bytes from pieces as they come. @throws DrydockError `data-loss` where they end too early */
export class NumberReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece = new Uint8Array(0);
  #at = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Undefined at the end. */
  async number(): Promise<number | undefined> {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      if (this.#at === this.#piece.length && !(await this.#next())) {
        if (scale === 1) return undefined;
        throw damaged('it ends within a number');
      }
      const byte = this.#piece[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw damaged('a number is too large');
      if (byte < 0x80) return value;
    }
  }

  async expectNumber(): Promise<number> {
    const value = await this.number();
    if (value === undefined) throw damaged('it ends where a number should stand');
    return value;
  }

  /** In the pieces in which they are at hand. */
  async *raw(bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = bytes; left > 0;) {
      if (this.#at === this.#piece.length && !(await this.#next())) throw damaged(`${left} bytes are missing`);
      const piece = this.#piece.subarray(this.#at, this.#at + left);
      this.#at += piece.length;
      left -= piece.length;
      yield piece;
    }
  }

  async #next(): Promise<boolean> {
    do {
      const { done, value } = await this.#pieces.next();
      if (done === true) return false;
      this.#piece = value as Uint8Array<ArrayBuffer>;
      this.#at = 0;
    } while (this.#piece.length === 0);
    return true;
  }
}

export interface TarRecipe {
  /** Of the whole tar. */
  readonly tarBytes: number;
  /** One for each file's content that the frame leaves out, in its order. */
  readonly contents: readonly ContentRanges[];
  /** gzip: how many bytes of the tar follow, they themselves, then how many bytes of content; and so on. */
  readonly frame: readonly Uint8Array[];
}

export async function writeRecipe({ tarBytes, contents, frame }: TarRecipe, writer: BlobWriter): Promise<void> {
  const numbers = new NumberWriter();
  numbers.number(tarBytes);
  numbers.number(contents.length);
  for (const ranges of contents) {
    numbers.number(ranges.length);
    for (const range of ranges) {
      const kept = 'kept' in range;
      numbers.number(kept ? KEPT : IN_IMAGE);
      numbers.number(kept ? range.kept.length : range.bytes);
      if (kept) numbers.raw(range.kept);
      else numbers.number(range.offset);
    }
  }
  const table = await gzipped(numbers.take());
  const length = new Uint8Array(LENGTH_BYTES);
  const tableBytes = table.reduce((sum, piece) => sum + piece.length, 0);
  new DataView(length.buffer).setUint32(0, tableBytes);
  for (const piece of [length, ...table, ...frame]) await writer.write(piece);
}

/** @throws DrydockError `data-loss` for bytes that `writeRecipe` did not write */
export async function readRecipe(bytes: Uint8Array): Promise<TarRecipe> {
  if (bytes.length < LENGTH_BYTES) throw damaged('it has no table');
  const tableEnd = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (tableEnd > bytes.length) throw damaged('its table is cut off');
  const numbers = new NumberReader(decompress([bytes.subarray(LENGTH_BYTES, tableEnd)]));
  const tarBytes = await numbers.expectNumber();
  const count = await numbers.expectNumber();
  const contents: ContentRanges[] = [];
  for (let i = 0; i < count; i++) {
    const ranges: ContentRange[] = [];
    for (let left = await numbers.expectNumber(); left > 0; left--) ranges.push(await readRange(numbers));
    contents.push(ranges);
  }
  return { tarBytes, contents, frame: [bytes.subarray(tableEnd)] };
}

async function readRange(numbers: NumberReader): Promise<ContentRange> {
  const kind = await numbers.expectNumber();
  const bytes = await numbers.expectNumber();
  if (kind === IN_IMAGE) return { offset: await numbers.expectNumber(), bytes };
  // Gathered first: a damaged length must not ask for memory that is not there.
  const gathered = new NumberWriter();
  for await (const piece of numbers.raw(bytes)) gathered.raw(piece);
  return { kept: gathered.take() };
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const reader = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip')).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return pieces;
    pieces.push(value);
  }
}

function damaged(why: string): DrydockError {
  return new DrydockError('data-loss', `Cannot read a layer's tar recipe: ${why}`);
}
