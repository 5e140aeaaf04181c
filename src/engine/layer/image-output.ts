// Gathers an image's many small pieces into large writes: each costs a blob store the same, however little it brings.
import type { DerivedWriter } from '../../contracts/blob-store.ts';
import { TimeSlice } from './time-slice.ts';

const CHUNK_BYTES = 1024 * 1024;

export class ImageOutput {
  readonly #writer: DerivedWriter;
  #chunk = new Uint8Array(CHUNK_BYTES);
  #used = 0;
  #ready: { readonly memory: Uint8Array<ArrayBuffer>; readonly bytes: number }[] = [];
  /** Was written, and may be used again: a megabyte each would be garbage for a while. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  /** Where what is put next will stand. */
  #offset: number;
  #flushedTo: number;
  readonly #slice = new TimeSlice();

  /** @param offset where it starts; what stands before is the caller's to write */
  constructor(writer: DerivedWriter, offset: number) {
    this.#writer = writer;
    this.#offset = offset;
    this.#flushedTo = offset;
  }

  /** True when `flush` is due. */
  get full(): boolean {
    return this.#ready.length > 0;
  }

  put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = CHUNK_BYTES - this.#used;
      const piece = room < bytes.length - at ? bytes.subarray(at, at + room) : at === 0 ? bytes : bytes.subarray(at);
      this.#chunk.set(piece, this.#used);
      this.#used += piece.length;
      at += piece.length;
      if (this.#used === CHUNK_BYTES) this.#turn();
    }
    this.#offset += bytes.length;
  }

  /** Zeros up to `offset`, which must not lie behind. */
  padTo(offset: number): void {
    while (this.#offset < offset) {
      const zeros = Math.min(offset - this.#offset, CHUNK_BYTES - this.#used);
      this.#used += zeros;
      this.#offset += zeros;
      if (this.#used === CHUNK_BYTES) this.#turn();
    }
  }

  /** Hands full chunks to the store. @throws what `signal` was aborted with */
  async flush(signal?: AbortSignal): Promise<void> {
    const ready = this.#ready;
    this.#ready = [];
    for (const { memory, bytes } of ready) {
      signal?.throwIfAborted();
      await this.#writer.writeAt(this.#flushedTo, memory.subarray(0, bytes));
      this.#flushedTo += bytes;
      this.#spare = memory;
      await this.#slice.yieldWhenSpent();
    }
  }

  async finish(): Promise<void> {
    if (this.#used > 0) this.#turn();
    await this.flush();
  }

  #turn(): void {
    this.#ready.push({ memory: this.#chunk, bytes: this.#used });
    this.#chunk = this.#spare?.fill(0) ?? new Uint8Array(CHUNK_BYTES);
    this.#spare = undefined;
    this.#used = 0;
  }
}
