// Boots Drydock in this process, from the files that `npm run guest` built.
import { join } from 'node:path';
import { createDrydock } from '../compose/create-drydock.ts';
import type { Drydock } from '../compose/create-drydock.ts';
import type { BlobStore } from '../contracts/blob-store.ts';
import type { BootProgress } from '../contracts/machine.ts';
import { MemoryBlobStore } from '../engine/blob/memory-blob-store.ts';
import { diskRegistry } from './disk-registry.ts';
import { withDockerHub, withoutDockerHub } from './docker-hub.ts';
import { compileEmulator } from './emulator-module.ts';
import { DiskGuestFiles } from './guest-files.ts';
import { PUBLIC_DIRECTORY } from './paths.ts';

export interface StartOptions {
  readonly onProgress?: (progress: BootProgress) => void;
  /** A saved session in place of a fresh guest. */
  readonly session?: Uint8Array<ArrayBuffer>;
  readonly onLog?: (line: string) => void;
  /** Layers that a session needs; its own, and empty, when left out. */
  readonly blobs?: BlobStore;
  /** Folder whose `v2/` stands for docker.io; the one of this checkout when left out. */
  readonly images?: string;
  /** Docker Hub is asked for what is not in that folder. */
  readonly dockerHub?: boolean | undefined;
}

/** @throws DrydockError `unavailable` when the guest is not built, with the command that builds it */
export async function startDrydock(options: StartOptions = {}): Promise<Drydock> {
  const { images = PUBLIC_DIRECTORY, dockerHub = false, ...others } = options;
  const built = diskRegistry(images, fetch);
  const guest = new DiskGuestFiles(join(PUBLIC_DIRECTORY, 'guest'));
  return createDrydock({
    guest,
    // Without the limit that a tab has: what a process may take is set from outside here (a container's limit, ulimit),
    // and a number of our own would refuse images that a large machine has room for.
    blobs: new MemoryBlobStore(),
    ...(dockerHub ? withDockerHub(built) : withoutDockerHub(built)),
    wasm: guest.load('v86.wasm').then((bytes) => compileEmulator(bytes)),
    ...others,
  });
}
