// The built guest from a folder on disk (public/guest), for Node: whole files at once, the root image a piece at a time.
import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DrydockError } from '../contracts/errors.ts';
import type { GuestFiles } from '../contracts/machine.ts';

export interface DiskGuestFiles extends GuestFiles {
  /** Closes the root image; a running guest cannot read it any more. */
  close(): void;
}

/** @param folder absolute path of the built guest. @throws DrydockError `unavailable` from `load` when it was not built */
export function guestFilesFromDisk(folder: string): DiskGuestFiles {
  let root: number | undefined;
  return {
    async load(name, onProgress) {
      try {
        const bytes = await readFile(join(folder, name));
        onProgress?.(bytes.length);
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch (cause) {
        throw missing(folder, name, cause);
      }
    },
    readRoot(offset, length) {
      if (root === undefined) {
        try {
          root = openSync(join(folder, 'root.erofs'), 'r');
        } catch (cause) {
          throw missing(folder, 'root.erofs', cause);
        }
      }
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(root, bytes, 0, length, offset));
    },
    close() {
      if (root !== undefined) closeSync(root);
      root = undefined;
    },
  };
}

function missing(folder: string, name: string, cause: unknown): DrydockError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DrydockError('unavailable', `Cannot read "${name}" in ${folder}: ${reason}. Run "npm run guest" to build it`, {
    cause,
  });
}
