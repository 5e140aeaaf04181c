// Where a page keeps its layers: in the browser's private file system, or in memory where there is none (a private window of
// some browsers, plain HTTP).
import type { BlobStore } from '../../contracts/blob-store.ts';
import { MemoryBlobStore } from '../../engine/blob/memory-blob-store.ts';
import type { UnpackLayer } from '../../engine/layer/unpack.ts';
import { startSession } from './open-session.ts';
import { OpfsBlobStore } from './opfs-blob-store.ts';
import { RemoteUnpacker } from './remote-unpacker.ts';

/** Beside the guest's memory a tab has room for this on every machine that runs a current browser. */
const MEMORY_LIMIT_BYTES = 1024 ** 3;

export interface LayerStorage {
  readonly blobs: BlobStore;
  /** In a worker of its own; undefined where the store is this thread's memory. */
  readonly unpackLayer: UnpackLayer | undefined;
}

export async function openLayerStorage(log: (line: string) => void): Promise<LayerStorage> {
  try {
    const name = crypto.randomUUID();
    const session = await startSession(name);
    session.removeLeftovers().catch((error: unknown) => log(`Cannot remove layers of former visits: ${String(error)}`));
    const blobs = new OpfsBlobStore({ folder: session.folder, estimate: () => navigator.storage.estimate() });
    // Some browsers have folders but no synchronous access to files.
    await (await blobs.create()).abort();
    const unpacker = new RemoteUnpacker({
      session: name,
      startWorker: () => new Worker(new URL('./layer-worker.ts', import.meta.url), { type: 'module', name: 'layers' }),
      adopt: (files) => blobs.adopt(files),
    });
    return { blobs, unpackLayer: unpacker.unpack };
  } catch (error) {
    log(`Layers are kept in memory, because the browser has no storage for them here: ${String(error)}`);
    return { blobs: new MemoryBlobStore({ limitBytes: MEMORY_LIMIT_BYTES }), unpackLayer: undefined };
  }
}
