// /blobs: layers as EROFS images by digest, and the guest's own root image, all read-only.
import type { BlobStore, Digest } from '../../contracts/blob-store.ts';
import type { GuestFiles } from '../../contracts/machine.ts';
import { ERRNO } from '../errno.ts';
import { MODE, OPEN, QID } from './p9-constants.ts';
import { directoryAttributes } from './p9-directory.ts';
import { DIRECTORY_HANDLE } from './p9-handles.ts';
import { P9Node } from './p9-node.ts';
import type { Maybe, P9Attributes, P9Handle } from './p9-node.ts';
import { stableQid } from './p9-qid.ts';
import { P9Error } from './p9-wire.ts';
import type { Qid } from './p9-wire.ts';
import { ReadAhead } from './read-ahead.ts';

/** Up to `length` bytes at `offset`. */
export type ReadBytes = (offset: number, length: number) => Maybe<Uint8Array>;

export const ROOT_IMAGE_NAME = 'root.erofs';
const BLOB_NAME = /^(sha256:[0-9a-f]{64})\.erofs$/;

export class BlobDirectory extends P9Node {
  readonly qid = stableQid(QID.directory, ['blobs']);
  readonly #parent: P9Node;
  readonly #store: BlobStore;
  readonly #root: ReadOnlyFile | undefined;

  constructor(parent: P9Node, store: BlobStore, guest: GuestFiles, rootBytes: number | undefined) {
    super();
    this.#parent = parent;
    this.#store = store;
    if (rootBytes !== undefined) {
      const ahead = new ReadAhead((offset, length) => guest.readRoot(offset, length), rootBytes);
      this.#root = new ReadOnlyFile(ROOT_IMAGE_NAME, rootBytes, (offset, length) => ahead.read(offset, length));
    }
  }

  override readonly isDirectory = true;
  override get parent(): P9Node {
    return this.#parent;
  }
  override path(): readonly string[] {
    return ['blobs'];
  }
  override attributes(): P9Attributes {
    return directoryAttributes(0o555);
  }
  override open(): P9Handle {
    return DIRECTORY_HANDLE;
  }

  override lookup(name: string): Maybe<P9Node | undefined> {
    if (name === ROOT_IMAGE_NAME) return this.#root;
    const digest = BLOB_NAME.exec(name)?.[1] as Digest | undefined;
    return digest && this.#blob(digest);
  }

  override async entries(): Promise<readonly (readonly [string, P9Node])[]> {
    const digests = await this.#store.list();
    const found: (readonly [string, P9Node])[] = [];
    for (const digest of digests) {
      const blob = await this.#blob(digest);
      if (blob !== undefined) found.push([`${digest}.erofs`, blob]);
    }
    return this.#root === undefined ? found : [[ROOT_IMAGE_NAME, this.#root], ...found];
  }

  async #blob(digest: Digest): Promise<ReadOnlyFile | undefined> {
    const bytes = await this.#store.size(digest);
    if (bytes === undefined) return undefined;
    return new ReadOnlyFile(`${digest}.erofs`, bytes, (offset, length) => this.#store.read(digest, offset, length));
  }
}

class ReadOnlyFile extends P9Node {
  readonly qid: Qid;
  readonly #bytes: number;
  readonly #read: ReadBytes;

  constructor(name: string, bytes: number, read: ReadBytes) {
    super();
    this.qid = stableQid(QID.file, ['blobs', name]);
    this.#bytes = bytes;
    this.#read = read;
  }

  override attributes(): P9Attributes {
    const mode = MODE.file | 0o444;
    return { mode, uid: 0, gid: 0, links: 1, bytes: this.#bytes, atimeMs: 0, mtimeMs: 0, ctimeMs: 0 };
  }

  override open(flags: number): P9Handle {
    if ((flags & OPEN.accessMask) !== OPEN.readOnly) throw new P9Error(ERRNO.EROFS, 'open for writing');
    return {
      read: (offset, count) => {
        const length = Math.min(count, this.#bytes - offset);
        return length <= 0 ? new Uint8Array(0) : this.#read(offset, length);
      },
      write: () => {
        throw new P9Error(ERRNO.EROFS, 'write');
      },
      close: () => undefined,
    };
  }
}
