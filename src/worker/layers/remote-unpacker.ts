// The engine's side of the worker that unpacks layers: feeds it, and takes over the files that it made. The worker starts with
// the first layer and stays.
import * as Comlink from 'comlink';
import { DrydockError } from '../../contracts/errors.ts';
import type { UnpackedLayer, UnpackRequest } from '../../engine/layer/unpack.ts';
import type { LayerSource, LayerWorkerSurface } from './layer-worker-surface.ts';
import type { StoredFile } from './opfs-blob-store.ts';

/** Enough for a message to be worth its way, little enough to wait in memory. */
const PIECE_BYTES = 512 * 1024;

/** What is used of a Worker. */
export interface LayerWorker extends Comlink.Endpoint {
  onerror: ((event: ErrorEvent) => unknown) | null;
  terminate(): void;
}

export interface UnpackerDeps {
  readonly session: string;
  startWorker(): LayerWorker;
  /** Makes blobs of whole files. */
  adopt(files: readonly StoredFile[]): Promise<void>;
}

interface RunningWorker {
  readonly remote: Comlink.Remote<LayerWorkerSurface>;
  /** Rejects when the worker is gone. */
  readonly failure: Promise<never>;
}

export class RemoteUnpacker {
  readonly #deps: UnpackerDeps;
  #worker: RunningWorker | undefined;
  #lastJob = 0;

  constructor(deps: UnpackerDeps) {
    this.#deps = deps;
  }

  /** As unpackLayer, but the blobs are those of the session. @throws what unpackLayer throws; `machine` when the worker dies */
  readonly unpack = async (request: UnpackRequest): Promise<UnpackedLayer> => {
    const { diffId, signal } = request;
    signal.throwIfAborted();
    const { session, adopt } = this.#deps;
    const { remote, failure } = (this.#worker ??= this.#start());
    const job = `job${++this.#lastJob}`;
    const feed = new Feed(request);
    const stop = (): void => void remote.abort(job).catch(() => undefined);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const done = remote.unpack({ session, job, diffId }, Comlink.proxy(feed.next));
      const { layer, files } = await Promise.race([done, failure]);
      await adopt(files);
      signal.throwIfAborted();
      return layer;
    } catch (error) {
      // Errors that crossed over are copies; the caller compares with its own.
      signal.throwIfAborted();
      throw feed.failure?.error ?? error;
    } finally {
      signal.removeEventListener('abort', stop);
      feed.close();
    }
  };

  #start(): RunningWorker {
    const worker = this.#deps.startWorker();
    const failure = new Promise<never>((_, reject) => {
      worker.onerror = (event) => {
        this.#worker = undefined;
        worker.terminate();
        reject(new DrydockError('machine', `Cannot unpack layer: its worker failed: ${event.message}`));
      };
    });
    // Jobs that wait for it are told; there may be none.
    failure.catch(() => undefined);
    return { remote: Comlink.wrap<LayerWorkerSurface>(worker), failure };
  }
}

/** Gathers a layer's pieces into messages, each with memory of its own that can move to the worker. */
class Feed {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #onProgress: (bytes: number) => void;
  #rest: Uint8Array = new Uint8Array(0);
  #handedBytes = 0;
  #closed = false;
  failure: { readonly error: unknown } | undefined;

  constructor({ chunks, onProgress = () => undefined }: UnpackRequest) {
    this.#chunks = iterate(chunks);
    this.#onProgress = onProgress;
  }

  readonly next: LayerSource = async () => {
    try {
      // Whoever asks for more is done with what it had.
      if (this.#handedBytes > 0) this.#onProgress(this.#handedBytes);
      const piece = await this.#gather();
      this.#handedBytes += piece.length;
      return piece.length === 0 ? undefined : Comlink.transfer(piece, [piece.buffer]);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  };

  /** Nothing more is asked for. A piece may be on its way still, for which nobody waits. */
  close(): void {
    this.#closed = true;
    this.#chunks.return?.().catch(() => undefined);
  }

  async #gather(): Promise<Uint8Array<ArrayBuffer>> {
    const piece = new Uint8Array(PIECE_BYTES);
    let used = 0;
    while (used < PIECE_BYTES && !this.#closed) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done === true) break;
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, PIECE_BYTES - used);
      piece.set(part, used);
      used += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return piece.subarray(0, used);
  }
}

async function* iterate(chunks: UnpackRequest['chunks']): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}
