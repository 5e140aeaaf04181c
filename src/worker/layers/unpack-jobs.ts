// What the worker that unpacks layers does: each job reads its pieces from the engine's side and leaves whole files.
import { unpackLayer } from '../../engine/layer/unpack.ts';
import type { LayerSource, LayerWorkerSurface } from './layer-worker-surface.ts';
import { OpfsBlobStore } from './opfs-blob-store.ts';
import type { BlobFolder } from './opfs-blob-store.ts';
import { ScratchFile } from './scratch-file.ts';

/** @param openFolder of a session */
export function unpackJobs(openFolder: (session: string) => Promise<BlobFolder>): LayerWorkerSurface {
  const running = new Map<string, AbortController>();
  return {
    async unpack({ session, job, diffId }, source) {
      const abort = new AbortController();
      running.set(job, abort);
      try {
        const folder = await openFolder(session);
        // A store for each job: what it has in the end is what this job made.
        const blobs = new OpfsBlobStore({ folder, prefix: `${job}-` });
        const scratch = await ScratchFile.create(folder, `${job}-scratch`);
        try {
          const layer = await unpackLayer({
            chunks: read(source),
            blobs,
            signal: abort.signal,
            keepContent: scratch.keep,
            ...(diffId !== undefined && { diffId }),
          });
          return { layer, files: blobs.files() };
        } finally {
          await scratch.remove();
        }
      } finally {
        running.delete(job);
      }
    },
    async abort(job) {
      running.get(job)?.abort();
    },
  };
}

/** Asks for the next piece before the one at hand is read. */
async function* read(source: LayerSource): AsyncGenerator<Uint8Array, void, undefined> {
  let ahead = source();
  for (;;) {
    const piece = await ahead;
    if (piece === undefined) return;
    ahead = source();
    // Whoever stops early does not wait for it.
    ahead.catch(() => undefined);
    yield piece;
  }
}
