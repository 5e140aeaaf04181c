// Blobs as files of the browser's private file system: outside of the tab's memory, which a layer would fill, and read as
// fast as from it. Which file is which blob only this store knows: a file that is not whole is no blob of anybody.
import type { BlobStore, BlobWriter, DerivedWriter, Digest } from '../../contracts/blob-store.ts';
import { noSpaceLeft, noSuchBlob } from '../../engine/blob/blob-errors.ts';
import { createDigestStream } from '../../engine/blob/sha256.ts';
import { orNoSpace } from './no-space.ts';
import { OpfsBlobWriter, OpfsDerivedWriter } from './opfs-blob-writer.ts';
import type { FileInWriting } from './opfs-blob-writer.ts';

/** What is used of a FileSystemDirectoryHandle (File System Standard). */
export interface BlobFolder {
  getFileHandle(name: string, options?: { create?: boolean }): Promise<{ createSyncAccessHandle(): Promise<SyncFile> }>;
  removeEntry(name: string): Promise<void>;
}

/** What is used of a FileSystemSyncAccessHandle. The only one of its file while it is open. */
export interface SyncFile {
  read(buffer: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(buffer: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(bytes: number): void;
  close(): void;
}

/** A whole file, closed. */
export interface StoredFile {
  readonly digest: Digest;
  readonly name: string;
  readonly bytes: number;
}

interface Blob extends StoredFile {
  /** While it is open, or being opened. */
  opening?: Promise<SyncFile> | undefined;
}

export interface OpfsDeps {
  /** With no file that has a name of this store. */
  readonly folder: BlobFolder;
  /** Of how much the browser lets the site store, where that is of interest. */
  readonly estimate?: () => Promise<StorageEstimate>;
  /** What this store's names start with. */
  readonly prefix?: string;
}

/** Kept open for reading, which is synchronous then: opening takes 2-3 ms, a read of 500 kB below one. */
const MAX_OPEN_FILES = 64;
/** To ask takes 5 ms: not for a small image. */
const MIN_PROBED_BYTES = 4 * 1024 * 1024;

export class OpfsBlobStore implements BlobStore {
  readonly #folder: BlobFolder;
  readonly #estimate: () => Promise<StorageEstimate>;
  readonly #prefix: string;
  readonly #blobs = new Map<Digest, Blob>();
  /** In the order of their last use. */
  readonly #openFiles = new Map<Blob, SyncFile>();
  #lastName = 0;

  constructor({ folder, estimate = () => Promise.resolve({}), prefix = '' }: OpfsDeps) {
    this.#folder = folder;
    this.#estimate = estimate;
    this.#prefix = prefix;
  }

  size(digest: Digest): Promise<number | undefined> {
    return Promise.resolve(this.#blobs.get(digest)?.bytes);
  }

  read(digest: Digest, offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    const blob = this.#blobs.get(digest);
    if (blob === undefined) throw noSuchBlob(digest);
    const count = Math.min(length, blob.bytes - offset);
    if (count <= 0) return new Uint8Array(0);
    const file = this.#openFiles.get(blob);
    if (file === undefined) return this.#open(blob).then((opened) => readFrom(opened, offset, count));
    this.#openFiles.delete(blob);
    this.#openFiles.set(blob, file);
    return readFrom(file, offset, count);
  }

  async create(): Promise<BlobWriter> {
    return new OpfsBlobWriter(await this.#write(), await createDigestStream());
  }

  async createDerived(): Promise<DerivedWriter> {
    return new OpfsDerivedWriter(await this.#write());
  }

  async delete(digest: Digest): Promise<void> {
    const blob = this.#blobs.get(digest);
    if (blob === undefined) return;
    this.#blobs.delete(digest);
    await blob.opening?.catch(() => undefined);
    this.#close(blob);
    await this.#folder.removeEntry(blob.name);
  }

  list(): Promise<Digest[]> {
    return Promise.resolve([...this.#blobs.keys()]);
  }

  /** Of all blobs; for another store that adopts them. Nothing was read of them. */
  files(): StoredFile[] {
    return [...this.#blobs.values()].map(({ digest, name, bytes }) => ({ digest, name, bytes }));
  }

  /** Makes blobs of files that another store wrote to the same folder. */
  async adopt(files: readonly StoredFile[]): Promise<void> {
    for (const file of files) {
      if (this.#blobs.has(file.digest)) await this.#folder.removeEntry(file.name);
      else this.#blobs.set(file.digest, { ...file });
    }
  }

  /** The estimate alone would not do: browsers blur it, so that a page cannot learn how large the disk is. */
  async requireSpace(bytes: number): Promise<void> {
    if (bytes < MIN_PROBED_BYTES) return;
    const { quota = Infinity, usage = 0 } = await this.#estimate();
    const free = Math.max(0, quota - usage);
    if (bytes > free) throw noSpaceLeft({ needed: bytes, free });
    const name = this.#newName();
    const file = await this.#createFile(name);
    try {
      // A file with nothing in it: it takes of the allowance, not of the disk.
      file.truncate(bytes);
    } catch (error) {
      throw orNoSpace(error, { needed: bytes });
    } finally {
      file.close();
      await this.#folder.removeEntry(name);
    }
  }

  #newName(): string {
    return `${this.#prefix}${++this.#lastName}`;
  }

  async #write(): Promise<FileInWriting> {
    const name = this.#newName();
    return {
      file: await this.#createFile(name),
      remove: () => this.#folder.removeEntry(name),
      keep: (digest, bytes) => {
        if (this.#blobs.has(digest)) return false;
        this.#blobs.set(digest, { digest, name, bytes });
        return true;
      },
    };
  }

  async #createFile(name: string): Promise<SyncFile> {
    try {
      const handle = await this.#folder.getFileHandle(name, { create: true });
      return await handle.createSyncAccessHandle();
    } catch (error) {
      throw orNoSpace(error);
    }
  }

  #open(blob: Blob): Promise<SyncFile> {
    blob.opening ??= this.#openFile(blob).catch((error: unknown) => {
      blob.opening = undefined;
      throw error;
    });
    return blob.opening;
  }

  async #openFile(blob: Blob): Promise<SyncFile> {
    const handle = await this.#folder.getFileHandle(blob.name);
    const file = await handle.createSyncAccessHandle();
    this.#openFiles.set(blob, file);
    const [oldest] = this.#openFiles.keys();
    if (this.#openFiles.size > MAX_OPEN_FILES && oldest !== undefined) this.#close(oldest);
    return file;
  }

  #close(blob: Blob): void {
    this.#openFiles.get(blob)?.close();
    this.#openFiles.delete(blob);
    blob.opening = undefined;
  }
}

function readFrom(file: SyncFile, offset: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  return bytes.subarray(0, file.read(bytes, { at: offset }));
}
