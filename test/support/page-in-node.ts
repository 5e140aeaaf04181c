// The page's way to registries in Node: the engine and the guest of `drydock sh`, with a site's address in place of the disk.
import { join } from 'node:path';
import { createDrydock } from '../../src/compose/create-drydock.ts';
import type { Drydock } from '../../src/compose/create-drydock.ts';
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import { compileEmulator } from '../../src/node/emulator-module.ts';
import { DiskGuestFiles } from '../../src/node/guest-files.ts';
import { PUBLIC_DIRECTORY } from '../../src/node/paths.ts';
import { PageRegistries } from '../../src/worker/page-registries.ts';

/** @param site with a trailing slash */
export function startPageInNode(site: string): Promise<Drydock> {
  const guest = new DiskGuestFiles(join(PUBLIC_DIRECTORY, 'guest'));
  const registries = new PageRegistries({ site: new URL(site), fetch, isOffline: () => false });
  return createDrydock({
    guest,
    blobs: new MemoryBlobStore(),
    fetch: registries.fetch,
    defaultRegistry: registries.tree,
    wasm: guest.load('v86.wasm').then((bytes) => compileEmulator(bytes)),
  });
}
