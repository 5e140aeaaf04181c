// The layers that are here, each once however many images share it. A layer lives while somebody holds a lease on it, and
// whoever asks for one on its way in shares that way.
import type { BlobStore, Digest } from '../../contracts/blob-store.ts';
import { unpackLayer } from './unpack.ts';
import type { UnpackedLayer, UnpackLayer, UnpackRequest } from './unpack.ts';

export interface LayerLease {
  readonly layer: UnpackedLayer;
  /** The last one takes the layer's blob with it. Harmless when called again. */
  release(): Promise<void>;
}

/** Brings a layer in: downloads and unpacks it. */
export type LayerSource<E> = (signal: AbortSignal, onProgress: (event: E) => void) => Promise<UnpackedLayer>;

interface Job<E> {
  readonly abort: AbortController;
  readonly waiters: Set<Waiter<E>>;
  /** Settles when the job is over and cleaned up, however it went. */
  done: Promise<void>;
  last: E | undefined;
}

interface Waiter<E> {
  onProgress(event: E): void;
  resolve(lease: LayerLease): void;
  reject(reason: unknown): void;
}

interface HeldLayer {
  readonly layer: UnpackedLayer;
  users: number;
}

/** @typeParam E what a source tells about its progress */
export class LayerPool<E> {
  readonly #blobs: BlobStore;
  readonly #unpack: UnpackLayer;
  readonly #held = new Map<Digest, HeldLayer>();
  readonly #jobs = new Map<Digest, Job<E>>();
  /** Blobs without a user; deleted when nobody could be about to store the same one. */
  readonly #doomed = new Set<Digest>();
  /** Layers on their way in through `add`. */
  #adding = 0;

  constructor(blobs: BlobStore, unpack: UnpackLayer = unpackLayer) {
    this.#blobs = blobs;
    this.#unpack = unpack;
  }

  /** Unpacks a layer into the pool's store; for sources of `acquire` and `add`. @throws as unpackLayer */
  unpack(request: Omit<UnpackRequest, 'blobs'>): Promise<UnpackedLayer> {
    return this.#unpack({ ...request, blobs: this.#blobs });
  }

  has(diffId: Digest): boolean {
    return this.#held.has(diffId);
  }

  /**
   * A lease on the layer, from `source` unless it is here or on its way. A job ends when everybody who waits for it has
   * aborted, and leaves nothing then.
   * @throws what `source` fails with; the signal's reason
   */
  async acquire(
    diffId: Digest,
    source: LayerSource<E>,
    signal: AbortSignal,
    onProgress: (event: E) => void,
  ): Promise<LayerLease> {
    signal.throwIfAborted();
    const held = this.#held.get(diffId);
    if (held !== undefined) return this.#lease(diffId, held);
    return this.#join(diffId, this.#jobs.get(diffId) ?? this.#start(diffId, source), signal, onProgress);
  }

  /** A lease on a layer that is here. */
  lease(diffId: Digest): LayerLease | undefined {
    const held = this.#held.get(diffId);
    return held && this.#lease(diffId, held);
  }

  /** A lease on a layer whose file system is in the blob store already. */
  adopt(layer: UnpackedLayer): LayerLease {
    const held = this.#held.get(layer.diffId) ?? { layer, users: 0 };
    this.#held.set(layer.diffId, held);
    return this.#lease(layer.diffId, held);
  }

  /**
   * A lease on a layer of which nobody knows beforehand what it is: an upload, a commit. Nothing stays when `bring` fails.
   * @throws what `bring` fails with
   */
  async add(bring: () => Promise<UnpackedLayer>): Promise<LayerLease> {
    this.#adding++;
    try {
      const layer = await bring();
      const held = this.#held.get(layer.diffId);
      if (held !== undefined) this.#doom(layer);
      return this.adopt(layer);
    } finally {
      this.#adding--;
      await this.#sweep();
    }
  }

  #start(diffId: Digest, source: LayerSource<E>): Job<E> {
    const job: Job<E> = { abort: new AbortController(), waiters: new Set(), done: Promise.resolve(), last: undefined };
    this.#jobs.set(diffId, job);
    job.done = this.#run(diffId, job, source);
    return job;
  }

  async #run(diffId: Digest, job: Job<E>, source: LayerSource<E>): Promise<void> {
    const tell = (event: E): void => {
      job.last = event;
      for (const waiter of job.waiters) waiter.onProgress(event);
    };
    try {
      this.#arrive(diffId, job, await source(job.abort.signal, tell));
    } catch (error) {
      this.#forget(diffId, job);
      for (const waiter of job.waiters) waiter.reject(error);
    }
    await this.#sweep();
  }

  /** Everybody who waits gets a lease in this same turn: the first to release must not take the layer from the others. */
  #arrive(diffId: Digest, job: Job<E>, layer: UnpackedLayer): void {
    this.#forget(diffId, job);
    const present = this.#held.get(diffId);
    if (job.waiters.size === 0 || present !== undefined) this.#doom(layer);
    if (job.waiters.size === 0) return;
    const held: HeldLayer = present ?? { layer, users: 0 };
    this.#held.set(diffId, held);
    for (const waiter of job.waiters) waiter.resolve(this.#lease(diffId, held));
  }

  #join(diffId: Digest, job: Job<E>, signal: AbortSignal, onProgress: (event: E) => void): Promise<LayerLease> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        job.waiters.delete(waiter);
        if (job.waiters.size > 0) return reject(signal.reason);
        this.#forget(diffId, job);
        job.abort.abort(signal.reason);
        job.done.then(() => reject(signal.reason), reject);
      };
      const waiter: Waiter<E> = {
        onProgress,
        resolve(lease) {
          signal.removeEventListener('abort', leave);
          resolve(lease);
        },
        reject(reason) {
          signal.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      job.waiters.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
      if (job.last !== undefined) onProgress(job.last);
    });
  }

  /** A job that was given up may still be running when the next one for its layer starts. */
  #forget(diffId: Digest, job: Job<E>): void {
    if (this.#jobs.get(diffId) === job) this.#jobs.delete(diffId);
  }

  #lease(diffId: Digest, held: HeldLayer): LayerLease {
    held.users++;
    let released = false;
    return {
      layer: held.layer,
      release: async () => {
        if (released) return;
        released = true;
        held.users--;
        if (held.users > 0) return;
        if (this.#held.get(diffId) === held) this.#held.delete(diffId);
        this.#doom(held.layer);
        await this.#sweep();
      },
    };
  }

  #doom({ erofs, recipe }: UnpackedLayer): void {
    this.#doomed.add(erofs);
    this.#doomed.add(recipe);
  }

  /** Two layers may have one EROFS image: their tars differed in what an image does not keep. */
  async #sweep(): Promise<void> {
    if (this.#jobs.size > 0 || this.#adding > 0) return;
    const inUse = new Set([...this.#held.values()].flatMap(({ layer }) => [layer.erofs, layer.recipe]));
    const doomed = [...this.#doomed].filter((digest) => !inUse.has(digest));
    this.#doomed.clear();
    await Promise.all(doomed.map((digest) => this.#blobs.delete(digest)));
  }
}
