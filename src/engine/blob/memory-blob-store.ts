// Blobs in this process's memory: the tests', and that of a browser that has no place for files. Reads are synchronous, so that the 9p
// server answers the guest in the same tick.
import type { BlobStore, BlobWriter, DerivedWriter, Digest } from '../../contracts/blob-store.ts';
import { digestMismatch, noSpaceLeft, noSuchBlob, writerClosed } from './blob-errors.ts';
import { createDigestStream } from './sha256.ts';
import type { DigestStream } from './sha256.ts';

/** Pieces as they were written, with the offset where each starts. */
interface Blob {
  readonly pieces: readonly Uint8Array[];
  readonly starts: readonly number[];
  readonly bytes: number;
}

export interface MemoryLimit {
  /** Of all blobs together, with those that are being written. */
  readonly limitBytes: number;
}

export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<Digest, Blob>();
  readonly #room: Room;

  constructor({ limitBytes }: MemoryLimit = { limitBytes: Infinity }) {
    this.#room = new Room(limitBytes);
  }

  size(digest: Digest): Promise<number | undefined> {
    return Promise.resolve(this.#blobs.get(digest)?.bytes);
  }

  read(digest: Digest, offset: number, length: number): Uint8Array {
    const blob = this.#blobs.get(digest);
    if (blob === undefined) throw noSuchBlob(digest);
    const end = Math.min(offset + length, blob.bytes);
    if (offset >= end) return new Uint8Array(0);
    let index = pieceAt(blob.starts, offset);
    const first = pieceOf(blob, index, offset, end);
    // Most reads lie within one piece and copy nothing.
    if (first.length === end - offset) return first;
    const out = new Uint8Array(end - offset);
    for (let at = offset, piece = first; ; piece = pieceOf(blob, ++index, at, end)) {
      out.set(piece, at - offset);
      at += piece.length;
      if (at >= end) return out;
    }
  }

  async create(): Promise<BlobWriter> {
    return new MemoryBlobWriter(this.#blobs, this.#room, await createDigestStream());
  }

  createDerived(): Promise<DerivedWriter> {
    return Promise.resolve(new MemoryDerivedWriter(this.#blobs, this.#room));
  }

  delete(digest: Digest): Promise<void> {
    this.#room.give(this.#blobs.get(digest)?.bytes ?? 0);
    this.#blobs.delete(digest);
    return Promise.resolve();
  }

  list(): Promise<Digest[]> {
    return Promise.resolve([...this.#blobs.keys()]);
  }

  async requireSpace(bytes: number): Promise<void> {
    const { freeBytes } = this.#room;
    if (bytes > freeBytes) throw noSpaceLeft({ needed: bytes, free: freeBytes });
  }
}

/** Memory is taken until the tab is gone; a limit makes that an error. */
class Room {
  freeBytes: number;

  constructor(bytes: number) {
    this.freeBytes = bytes;
  }

  take(bytes: number): void {
    if (bytes > this.freeBytes) throw noSpaceLeft();
    this.freeBytes -= bytes;
  }

  give(bytes: number): void {
    this.freeBytes += bytes;
  }
}

/** A blob's pieces on their way in, and the room that they take: the blob's in the end, or given back. */
class Pieces {
  readonly #room: Room;
  #pieces: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  #bytes = 0;
  #open = true;

  constructor(room: Room) {
    this.#room = room;
  }

  get bytes(): number {
    return this.#bytes;
  }

  requireOpen(): void {
    if (!this.#open) throw writerClosed();
  }

  put(start: number, bytes: Uint8Array): void {
    this.requireOpen();
    if (bytes.length === 0) return;
    this.#room.take(bytes.length);
    this.#pieces.push({ start, bytes });
    this.#bytes += bytes.length;
  }

  finish(): Blob {
    this.#open = false;
    const sorted = this.#pieces.sort((a, b) => a.start - b.start);
    this.#pieces = [];
    return { pieces: sorted.map(({ bytes }) => bytes), starts: sorted.map(({ start }) => start), bytes: this.#bytes };
  }

  /** Harmless when it is over. */
  abort(): void {
    if (this.#open) this.#room.give(this.#bytes);
    this.#open = false;
    this.#pieces = [];
  }
}

class MemoryBlobWriter implements BlobWriter {
  readonly #blobs: Map<Digest, Blob>;
  readonly #pieces: Pieces;
  readonly #hash: DigestStream;

  constructor(blobs: Map<Digest, Blob>, room: Room, hash: DigestStream) {
    this.#blobs = blobs;
    this.#pieces = new Pieces(room);
    this.#hash = hash;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#pieces.put(this.#pieces.bytes, bytes);
    this.#hash.update(bytes);
  }

  async commit(expected?: Digest): Promise<{ digest: Digest; bytes: number }> {
    this.#pieces.requireOpen();
    const { bytes } = this.#pieces;
    const digest = this.#hash.digest();
    const mismatch = expected !== undefined && expected !== digest;
    if (mismatch || this.#blobs.has(digest)) this.#pieces.abort();
    else this.#blobs.set(digest, this.#pieces.finish());
    if (mismatch) throw digestMismatch(expected, digest);
    return { digest, bytes };
  }

  async abort(): Promise<void> {
    this.#pieces.abort();
  }
}

class MemoryDerivedWriter implements DerivedWriter {
  readonly #blobs: Map<Digest, Blob>;
  readonly #pieces: Pieces;

  constructor(blobs: Map<Digest, Blob>, room: Room) {
    this.#blobs = blobs;
    this.#pieces = new Pieces(room);
  }

  async writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    this.#pieces.put(offset, bytes.slice());
  }

  async commit(name: Digest): Promise<void> {
    this.#pieces.requireOpen();
    if (this.#blobs.has(name)) this.#pieces.abort();
    else this.#blobs.set(name, this.#pieces.finish());
  }

  async abort(): Promise<void> {
    this.#pieces.abort();
  }
}

/** Index of the piece that holds `offset`. */
function pieceAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What piece `index` has between the offsets. */
function pieceOf(blob: Blob, index: number, offset: number, end: number): Uint8Array {
  const start = blob.starts[index] ?? 0;
  return blob.pieces[index]?.subarray(offset - start, end - start) ?? new Uint8Array(0);
}
