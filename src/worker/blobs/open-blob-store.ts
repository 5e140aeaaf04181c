// Where a page keeps its layers: in the browser's private file system, or in memory where there is none (a private window of
// some browsers, plain HTTP).
import type { BlobStore } from '../../contracts/blob-store.ts';
import { MemoryBlobStore } from '../../engine/blob/memory-blob-store.ts';
import { OpfsBlobStore } from './opfs-blob-store.ts';
import { openSession } from './opfs-session.ts';

/** In the origin's private file system. */
const ALL_SESSIONS = 'drydock-blobs';
/** Beside the guest's memory a tab has room for this on every machine that runs a current browser. */
const MEMORY_LIMIT_BYTES = 1024 ** 3;

export async function openBlobStore(log: (line: string) => void): Promise<BlobStore> {
  try {
    const { storage, locks } = navigator;
    const root = await storage.getDirectory();
    const all = await root.getDirectoryHandle(ALL_SESSIONS, { create: true });
    const session = await openSession(all, locks, crypto.randomUUID());
    session.removeLeftovers().catch((error: unknown) => log(`Cannot remove layers of former visits: ${String(error)}`));
    const store = new OpfsBlobStore(session.folder, () => storage.estimate());
    // Some browsers have folders but no synchronous access to files.
    await (await store.create()).abort();
    return store;
  } catch (error) {
    log(`Layers are kept in memory, because the browser has no storage for them here: ${String(error)}`);
    return new MemoryBlobStore({ limitBytes: MEMORY_LIMIT_BYTES });
  }
}
