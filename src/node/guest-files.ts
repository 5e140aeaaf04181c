// The built guest from a folder on disk (public/guest), for Node: whole files at once, the root image a piece at a time.
import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DrydockError } from '../contracts/errors.ts';
import type { GuestFiles } from '../contracts/machine.ts';

const ROOT_IMAGE = 'root.erofs';

/** @throws DrydockError `unavailable` from its methods when the guest was not built */
export class DiskGuestFiles implements GuestFiles {
  readonly #folder: string;
  #root: number | undefined;

  /** @param folder absolute path of the built guest */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async load(name: string, onProgress?: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const bytes = new Uint8Array(await readFile(join(this.#folder, name)));
      onProgress?.(bytes.length);
      return bytes;
    } catch (cause) {
      throw missing(this.#folder, name, cause);
    }
  }

  // Synchronous: a disk's page cache answers sooner than the event loop.
  readRoot(offset: number, length: number): Uint8Array {
    this.#root ??= this.#openRoot();
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(this.#root, bytes, 0, length, offset));
  }

  /** Closes the root image; a running guest cannot read it any more. */
  close(): void {
    if (this.#root !== undefined) closeSync(this.#root);
    this.#root = undefined;
  }

  #openRoot(): number {
    try {
      return openSync(join(this.#folder, ROOT_IMAGE), 'r');
    } catch (cause) {
      throw missing(this.#folder, ROOT_IMAGE, cause);
    }
  }
}

function missing(folder: string, name: string, cause: unknown): DrydockError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DrydockError(
    'unavailable',
    `Cannot read "${name}" in ${folder}: ${reason}. Run "npm run guest" to build it`,
    {
      cause,
    },
  );
}
