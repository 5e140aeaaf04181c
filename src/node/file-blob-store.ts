// Blobs as files of the host, for Node: they outlive the process, and layers need not fit in memory.
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore, BlobWriter, DerivedWriter, Digest } from '../contracts/blob-store.ts';
import { digestMismatch, noSpaceLeft, noSuchBlob, writerClosed } from '../engine/blob/blob-errors.ts';
import { isDigest } from '../engine/blob/sha256.ts';

/** Files kept open for reading: the guest reads few layers at a time, each in many pieces. */
const MAX_OPEN_FILES = 64;
const UNFINISHED = 'writing-';

export class FileBlobStore implements BlobStore {
  readonly #directory: string;
  /** In the order of their last use. */
  readonly #openFiles = new Map<Digest, number>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the directory, and removes what an earlier process left half-written. Not for two processes at once. */
  static async open(directory: string): Promise<FileBlobStore> {
    await mkdir(directory, { recursive: true });
    for (const name of await readdir(directory)) {
      if (name.startsWith(UNFINISHED)) await rm(join(directory, name), { force: true });
    }
    return new FileBlobStore(directory);
  }

  async size(digest: Digest): Promise<number | undefined> {
    const found = await stat(this.#pathOf(digest)).catch(ignoreMissing);
    return found?.size;
  }

  /** Synchronous: the page cache answers faster than a promise would. */
  read(digest: Digest, offset: number, length: number): Uint8Array {
    const file = this.#fileOf(digest);
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(file, bytes, filled, length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  async create(): Promise<BlobWriter> {
    const path = this.#newPath();
    return new FileBlobWriter(path, await open(path, 'wx'), (digest) => this.#pathOf(digest));
  }

  async createDerived(): Promise<DerivedWriter> {
    const path = this.#newPath();
    return new FileDerivedWriter(path, await open(path, 'wx'), (name) => this.#pathOf(name));
  }

  async delete(digest: Digest): Promise<void> {
    const file = this.#openFiles.get(digest);
    if (file !== undefined) closeSync(file);
    this.#openFiles.delete(digest);
    await rm(this.#pathOf(digest), { force: true });
  }

  async list(): Promise<Digest[]> {
    const names = await readdir(this.#directory);
    return names.map((name) => name.replace('-', ':')).filter(isDigest);
  }

  async requireSpace(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#directory);
    const free = bavail * bsize;
    if (bytes > free) throw noSpaceLeft({ needed: bytes, free });
  }

  /** Closes files kept open. The store may be used again. */
  close(): void {
    for (const file of this.#openFiles.values()) closeSync(file);
    this.#openFiles.clear();
  }

  #newPath(): string {
    return join(this.#directory, `${UNFINISHED}${randomUUID()}`);
  }

  #fileOf(digest: Digest): number {
    const file = this.#openFiles.get(digest) ?? this.#openFile(digest);
    this.#openFiles.delete(digest);
    this.#openFiles.set(digest, file);
    const [oldest] = this.#openFiles;
    if (this.#openFiles.size > MAX_OPEN_FILES && oldest !== undefined) {
      closeSync(oldest[1]);
      this.#openFiles.delete(oldest[0]);
    }
    return file;
  }

  #openFile(digest: Digest): number {
    try {
      return openSync(this.#pathOf(digest), 'r');
    } catch (error) {
      if (isMissing(error)) throw noSuchBlob(digest);
      throw error;
    }
  }

  /** No colon in the name: some file systems refuse it. */
  #pathOf(digest: Digest): string {
    if (!isDigest(digest)) throw noSuchBlob(digest);
    return join(this.#directory, digest.replace(':', '-'));
  }
}

/** Writes beside, and gives the file its name when all of it is there and checked. */
export class FileBlobWriter implements BlobWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #pathOf: (digest: Digest) => string;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #open = true;

  constructor(path: string, file: FileHandle, pathOf: (digest: Digest) => string) {
    this.#path = path;
    this.#file = file;
    this.#pathOf = pathOf;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#open) throw writerClosed();
    this.#hash.update(bytes);
    await this.#file.writeFile(bytes).catch(throwFull);
    this.#bytes += bytes.length;
  }

  async commit(expected?: Digest): Promise<{ digest: Digest; bytes: number }> {
    if (!this.#open) throw writerClosed();
    const digest: Digest = `sha256:${this.#hash.digest('hex')}`;
    if (expected !== undefined && expected !== digest) {
      await this.abort();
      throw digestMismatch(expected, digest);
    }
    this.#open = false;
    // The bytes must be on the disk before the name says that they are.
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#path, this.#pathOf(digest));
    return { digest, bytes: this.#bytes };
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

/** As FileBlobWriter, for bytes whose digest nobody asks for. */
class FileDerivedWriter implements DerivedWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #pathOf: (name: Digest) => string;
  #open = true;

  constructor(path: string, file: FileHandle, pathOf: (name: Digest) => string) {
    this.#path = path;
    this.#file = file;
    this.#pathOf = pathOf;
  }

  async writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    if (!this.#open) throw writerClosed();
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, offset + at).catch(throwFull);
      at += bytesWritten;
    }
  }

  async commit(name: Digest): Promise<void> {
    if (!this.#open) throw writerClosed();
    this.#open = false;
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#path, this.#pathOf(name));
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

function throwFull(error: unknown): never {
  throw hasCode(error, 'ENOSPC') ? noSpaceLeft({}, error) : error;
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
