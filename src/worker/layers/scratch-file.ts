// A file for the ends of a layer's files while it is unpacked: a layer may have as many as it likes then, the tab does not grow.
import { keeperInMemory } from '../../engine/layer/content.ts';
import type { Content } from '../../engine/layer/content.ts';
import { writeAll } from './opfs-blob-writer.ts';
import { orNoSpace } from './no-space.ts';
import type { BlobFolder, SyncFile } from './opfs-blob-store.ts';

/** Nearly every layer's: to read each back from a file costs as much as the rest of its way. */
const IN_MEMORY_BYTES = 8 * 1024 * 1024;
/** Most files of a layer are small, and a write costs the same for one of them as for a hundred. */
const BUFFER_BYTES = 512 * 1024;

export class ScratchFile {
  readonly #folder: BlobFolder;
  readonly #name: string;
  readonly #file: SyncFile;
  readonly #keepInMemory = keeperInMemory();
  #memoryLeft: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** What is in the file; the buffer's bytes follow. */
  #writtenBytes = 0;
  #buffered = 0;

  private constructor(folder: BlobFolder, name: string, file: SyncFile, memoryBytes: number) {
    this.#memoryLeft = memoryBytes;
    this.#folder = folder;
    this.#name = name;
    this.#file = file;
  }

  /** @param memoryBytes how much does not go to the file. @throws DrydockError `no-space` */
  static async create(folder: BlobFolder, name: string, memoryBytes = IN_MEMORY_BYTES): Promise<ScratchFile> {
    try {
      const handle = await folder.getFileHandle(name, { create: true });
      return new ScratchFile(folder, name, await handle.createSyncAccessHandle(), memoryBytes);
    } catch (error) {
      throw orNoSpace(error);
    }
  }

  /** @throws DrydockError `no-space` */
  readonly keep = (bytes: Uint8Array): Content => {
    if (bytes.length <= this.#memoryLeft) {
      this.#memoryLeft -= bytes.length;
      return this.#keepInMemory(bytes);
    }
    if (this.#buffered + bytes.length > BUFFER_BYTES) this.#flush();
    const offset = this.#writtenBytes + this.#buffered;
    if (bytes.length > BUFFER_BYTES) this.#write(bytes);
    else {
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
    return new KeptBytes(bytes.length, (start, end) => this.#read(offset + start, end - start));
  };

  /** Removes it. What was kept cannot be read any more. */
  async remove(): Promise<void> {
    this.#file.close();
    await this.#folder.removeEntry(this.#name);
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #write(bytes: Uint8Array): void {
    writeAll(this.#file, bytes, this.#writtenBytes);
    this.#writtenBytes += bytes.length;
  }

  #read(offset: number, length: number): Uint8Array {
    if (offset + length > this.#writtenBytes) this.#flush();
    const bytes = new Uint8Array(length);
    this.#file.read(bytes, { at: offset });
    return bytes;
  }
}

class KeptBytes implements Content {
  readonly length: number;
  readonly #read: (start: number, end: number) => Uint8Array;

  constructor(length: number, read: (start: number, end: number) => Uint8Array) {
    this.length = length;
    this.#read = read;
  }

  subarray(start = 0, end = this.length): Uint8Array {
    const until = Math.min(end, this.length);
    return start >= until ? new Uint8Array(0) : this.#read(start, until);
  }
}
