// Blobs of the browser's private file system while they are written. What is not committed leaves no file.
import type { BlobWriter, DerivedWriter, Digest } from '../../contracts/blob-store.ts';
import { digestMismatch, noSpaceLeft, writerClosed } from '../../engine/blob/blob-errors.ts';
import type { DigestStream } from '../../engine/blob/sha256.ts';
import { orNoSpace } from './no-space.ts';
import type { SyncFile } from './opfs-blob-store.ts';

export interface FileInWriting {
  readonly file: SyncFile;
  /** Of the closed file. */
  remove(): Promise<void>;
  /** @returns false when there is such a blob already */
  keep(digest: Digest, bytes: number): boolean;
}

export class OpfsDerivedWriter implements DerivedWriter {
  readonly #writing: FileInWriting;
  #bytes = 0;
  #open = true;

  constructor(writing: FileInWriting) {
    this.#writing = writing;
  }

  async writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    if (!this.#open) throw writerClosed();
    writeAll(this.#writing.file, bytes, offset);
    this.#bytes += bytes.length;
  }

  async commit(name: Digest): Promise<void> {
    if (!this.#open) throw writerClosed();
    this.#open = false;
    await finish(this.#writing, name, this.#bytes);
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await discard(this.#writing);
  }
}

export class OpfsBlobWriter implements BlobWriter {
  readonly #writing: FileInWriting;
  readonly #hash: DigestStream;
  #bytes = 0;
  #open = true;

  constructor(writing: FileInWriting, hash: DigestStream) {
    this.#writing = writing;
    this.#hash = hash;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#open) throw writerClosed();
    this.#hash.update(bytes);
    writeAll(this.#writing.file, bytes, this.#bytes);
    this.#bytes += bytes.length;
  }

  async commit(expected?: Digest): Promise<{ digest: Digest; bytes: number }> {
    if (!this.#open) throw writerClosed();
    const digest = this.#hash.digest();
    if (expected !== undefined && expected !== digest) {
      await this.abort();
      throw digestMismatch(expected, digest);
    }
    this.#open = false;
    await finish(this.#writing, digest, this.#bytes);
    return { digest, bytes: this.#bytes };
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await discard(this.#writing);
  }
}

/** @throws DrydockError `no-space` */
export function writeAll(file: SyncFile, bytes: Uint8Array, offset: number): void {
  // Layers are never in shared memory, which is all that the type leaves open.
  const own = bytes as Uint8Array<ArrayBuffer>;
  for (let at = 0; at < own.length;) {
    const count = writeTo(file, own.subarray(at), offset + at);
    if (count === 0) throw noSpaceLeft();
    at += count;
  }
}

function writeTo(file: SyncFile, bytes: Uint8Array<ArrayBuffer>, at: number): number {
  try {
    return file.write(bytes, { at });
  } catch (error) {
    throw orNoSpace(error);
  }
}

async function finish({ file, keep, remove }: FileInWriting, digest: Digest, bytes: number): Promise<void> {
  // Also gives back what the browser reserved for more to come. Nothing is flushed: nobody reads this after a crash.
  file.close();
  if (!keep(digest, bytes)) await remove();
}

async function discard({ file, remove }: FileInWriting): Promise<void> {
  file.close();
  await remove();
}
