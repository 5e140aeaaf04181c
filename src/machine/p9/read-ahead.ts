// The root image arrives over the network in the page, a few pages at a time as the guest asks. This turns them into few
// large requests, shares those in flight, and fetches the next piece before it is asked for.
import { DrydockError } from '../../contracts/errors.ts';
import type { Maybe } from './p9-node.ts';

const PIECE_BYTES = 256 * 1024;
/** Pieces kept: the guest has its own cache of what it read. */
const KEPT_PIECES = 32;

export class ReadAhead {
  readonly #source: (offset: number, length: number) => Maybe<Uint8Array>;
  readonly #totalBytes: number;
  readonly #pieces = new Map<number, Promise<Uint8Array>>();
  #immediate = true;

  constructor(source: (offset: number, length: number) => Maybe<Uint8Array>, totalBytes: number) {
    this.#source = source;
    this.#totalBytes = totalBytes;
  }

  /** A source that answers at once is passed through; it needs no help. */
  read(offset: number, length: number): Maybe<Uint8Array> {
    if (this.#immediate) {
      const answer = this.#source(offset, length);
      if (answer instanceof Uint8Array) return answer;
      this.#immediate = false;
      return answer;
    }
    return this.#assemble(offset, length);
  }

  async #assemble(offset: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(offset / PIECE_BYTES);
    const last = Math.floor((offset + length - 1) / PIECE_BYTES);
    const wanted = Array.from({ length: last - first + 1 }, (_, index) => this.#piece(first + index));
    void this.#piece(last + 1).catch(() => undefined);
    const out = new Uint8Array(length);
    for (const [index, piece] of (await Promise.all(wanted)).entries()) {
      const pieceStart = (first + index) * PIECE_BYTES;
      const from = Math.max(offset, pieceStart);
      out.set(piece.subarray(from - pieceStart, offset + length - pieceStart), from - offset);
    }
    return out;
  }

  #piece(index: number): Promise<Uint8Array> {
    const known = this.#pieces.get(index);
    if (known !== undefined) return known;
    const piece = this.#fetch(index);
    this.#keep(index, piece);
    return piece;
  }

  async #fetch(index: number): Promise<Uint8Array> {
    const bytes = Math.max(0, Math.min(PIECE_BYTES, this.#totalBytes - index * PIECE_BYTES));
    if (bytes === 0) return new Uint8Array(0);
    const piece = await this.#source(index * PIECE_BYTES, bytes);
    if (piece.length === bytes) return piece;
    throw new DrydockError(
      'data-loss',
      `Cannot read the root image at ${index * PIECE_BYTES}: got ${piece.length} of ${bytes} bytes`,
    );
  }

  #keep(index: number, piece: Promise<Uint8Array>): void {
    this.#pieces.set(index, piece);
    // A failed request must be tried again, not remembered.
    piece.catch(() => this.#pieces.delete(index));
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size > KEPT_PIECES && oldest !== undefined) this.#pieces.delete(oldest);
  }
}
