// The browser's private file system and its locks, as far as the store uses them, for tests: one open handle a file, no
// removing of what is open, an allowance that ends.
import type { BlobFolder, SyncFile } from '../opfs-blob-store.ts';
import type { Locks, SessionFolder } from '../opfs-session.ts';

export class FakeDisk {
  readonly allowanceBytes: number;

  constructor(allowanceBytes = Infinity) {
    this.allowanceBytes = allowanceBytes;
  }

  readonly all = new FakeAll(this);

  get usedBytes(): number {
    const files = [...this.all.folders.values()].flatMap((folder) => [...folder.files.values()]);
    return files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  take(bytes: number): void {
    if (this.usedBytes + bytes > this.allowanceBytes) throw new DOMException('no capacity', 'QuotaExceededError');
  }

  /** Blurred, as in Chromium: always ten gibibytes more. */
  readonly estimate = (): Promise<StorageEstimate> =>
    Promise.resolve({ quota: this.usedBytes + 10 * 1024 ** 3, usage: this.usedBytes });
}

export interface FakeFile {
  bytes: Uint8Array;
  open: boolean;
}

class FakeAll implements SessionFolder<FakeFolder> {
  readonly folders = new Map<string, FakeFolder>();
  readonly #disk: FakeDisk;

  constructor(disk: FakeDisk) {
    this.#disk = disk;
  }

  async getDirectoryHandle(name: string): Promise<FakeFolder> {
    const folder = this.folders.get(name) ?? new FakeFolder(this.#disk);
    this.folders.set(name, folder);
    return folder;
  }

  async removeEntry(name: string): Promise<void> {
    const folder = this.folders.get(name);
    if (folder === undefined) throw new DOMException('no such folder', 'NotFoundError');
    if ([...folder.files.values()].some(({ open }) => open)) {
      throw new DOMException('a file is open', 'NoModificationAllowedError');
    }
    this.folders.delete(name);
  }

  async *keys(): AsyncGenerator<string> {
    yield* [...this.folders.keys()];
  }
}

export class FakeFolder implements BlobFolder {
  readonly files = new Map<string, FakeFile>();
  /** Every handle that was ever opened. */
  opened = 0;
  readonly #disk: FakeDisk;

  constructor(disk: FakeDisk) {
    this.#disk = disk;
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<{ createSyncAccessHandle(): Promise<SyncFile> }> {
    const file = this.files.get(name) ?? { bytes: new Uint8Array(0), open: false };
    if (!this.files.has(name) && !create) throw new DOMException('no such file', 'NotFoundError');
    this.files.set(name, file);
    return {
      createSyncAccessHandle: async () => {
        if (file.open) throw new DOMException('it is open', 'NoModificationAllowedError');
        file.open = true;
        this.opened++;
        return this.#handleOf(file);
      },
    };
  }

  async removeEntry(name: string): Promise<void> {
    const file = this.files.get(name);
    if (file === undefined) throw new DOMException('no such file', 'NotFoundError');
    if (file.open) throw new DOMException('it is open', 'NoModificationAllowedError');
    this.files.delete(name);
  }

  #handleOf(file: FakeFile): SyncFile {
    let closed = false;
    const whileOpen = (): void => {
      if (closed) throw new DOMException('it is closed', 'InvalidStateError');
    };
    return {
      read: (buffer, { at }) => {
        whileOpen();
        const bytes = file.bytes.subarray(at, at + buffer.length);
        buffer.set(bytes);
        return bytes.length;
      },
      write: (buffer, { at }) => {
        whileOpen();
        const grown = Math.max(file.bytes.length, at + buffer.length);
        this.#disk.take(grown - file.bytes.length);
        const bytes = new Uint8Array(grown);
        bytes.set(file.bytes);
        bytes.set(buffer, at);
        file.bytes = bytes;
        return buffer.length;
      },
      truncate: (bytes) => {
        whileOpen();
        this.#disk.take(bytes - file.bytes.length);
        file.bytes = new Uint8Array(bytes);
      },
      close: () => {
        closed = true;
        file.open = false;
      },
    };
  }
}

/** One browser's; a tab is whoever asks. */
export class FakeLocks {
  readonly #held = new Map<string, string>();

  of(tab: string): Locks {
    return {
      request: async (name, { ifAvailable = false }, callback) => {
        const taken = this.#held.has(name);
        if (taken && !ifAvailable) throw new Error(`Cannot wait for the lock ${name}: nobody will release it`);
        if (taken) return callback(null);
        this.#held.set(name, tab);
        await callback({ name });
        this.#held.delete(name);
      },
    };
  }

  /** The tab is closed, or crashed. */
  gone(tab: string): void {
    for (const [name, holder] of this.#held) if (holder === tab) this.#held.delete(name);
  }
}
