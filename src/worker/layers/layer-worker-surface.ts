// Everything that is asked of the worker that unpacks layers, by name.
import type { Digest } from '../../contracts/blob-store.ts';
import type { UnpackedLayer } from '../../engine/layer/unpack.ts';
import type { StoredFile } from './opfs-blob-store.ts';

/** The next piece of the layer; undefined at its end. A proxy: the pieces stay where they are until they are asked for. */
export type LayerSource = () => Promise<Uint8Array | undefined>;

export interface UnpackJob {
  /** Whose folder the files go to. */
  readonly session: string;
  /** Names the job, and starts the names of its files. */
  readonly job: string;
  /** Of the tar, where it is known beforehand. */
  readonly diffId: Digest | undefined;
}

export interface LayerWorkerSurface {
  /** @throws what unpackLayer throws, and what `source` throws; no file stays then */
  unpack(job: UnpackJob, source: LayerSource): Promise<{ layer: UnpackedLayer; files: StoredFile[] }>;
  abort(job: string): Promise<void>;
}
