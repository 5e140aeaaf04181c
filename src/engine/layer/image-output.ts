// Gathers an image's many small pieces into large writes, so that a blob store keeps few of them and hashes them fast.
import type { BlobWriter } from '../../contracts/blob-store.ts';
import { TimeSlice } from './time-slice.ts';

const CHUNK_BYTES = 1024 * 1024;

export class ImageOutput {
  readonly #writer: BlobWriter;
  #seal: ((firstBytes: Uint8Array) => void) | undefined;
  #chunk = new Uint8Array(CHUNK_BYTES);
  #used = 0;
  #ready: Uint8Array[] = [];
  #written = 0;
  readonly #slice = new TimeSlice();

  /** @param seal gets the first chunk before it goes out: to sum what had to be complete first */
  constructor(writer: BlobWriter, seal: (firstBytes: Uint8Array) => void) {
    this.#writer = writer;
    this.#seal = seal;
  }

  /** True when `flush` is due. */
  get full(): boolean {
    return this.#ready.length > 0;
  }

  put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = CHUNK_BYTES - this.#used;
      const piece = bytes.subarray(at, at + room);
      this.#chunk.set(piece, this.#used);
      this.#used += piece.length;
      at += piece.length;
      if (this.#used === CHUNK_BYTES) this.#turn(new Uint8Array(CHUNK_BYTES));
    }
    this.#written += bytes.length;
  }

  /** Zeros up to `offset`, which must not lie behind. */
  padTo(offset: number): void {
    while (this.#written < offset) {
      const zeros = Math.min(offset - this.#written, CHUNK_BYTES - this.#used);
      this.#used += zeros;
      this.#written += zeros;
      if (this.#used === CHUNK_BYTES) this.#turn(new Uint8Array(CHUNK_BYTES));
    }
  }

  /** Hands full chunks to the store. @throws what `signal` was aborted with */
  async flush(signal?: AbortSignal): Promise<void> {
    const ready = this.#ready;
    this.#ready = [];
    for (const chunk of ready) {
      signal?.throwIfAborted();
      await this.#writer.write(chunk);
      await this.#slice.yieldWhenSpent();
    }
  }

  async finish(): Promise<void> {
    if (this.#used > 0) this.#turn(new Uint8Array(0));
    await this.flush();
  }

  #turn(next: Uint8Array<ArrayBuffer>): void {
    const done = this.#chunk.subarray(0, this.#used);
    this.#seal?.(done);
    this.#seal = undefined;
    this.#ready.push(done);
    this.#chunk = next;
    this.#used = 0;
  }
}
