// Digests that another worker computes while this one goes on. Bytes are copied there: whoever gave them keeps them.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { DigestSink } from '../../engine/blob/sha256.ts';
import { deferred } from '../../shared/deferred.ts';
import type { Deferred } from '../../shared/deferred.ts';
import type { FromDigests, ToDigests } from './digest-messages.ts';

/** A message costs some microseconds, however large it is. */
const MESSAGE_BYTES = 256 * 1024;
/** On their way there, for each stream: enough that neither side waits for the other all the time. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** What is used of a Worker. */
export interface DigestWorker {
  postMessage(message: ToDigests, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<FromDigests>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export class RemoteDigests {
  readonly #worker: DigestWorker;
  readonly #streams = new Map<number, RemoteDigest>();
  #lastStream = 0;

  constructor(worker: DigestWorker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#streams.get(data.stream)?.answered(data);
    worker.onerror = ({ message }) => {
      const error = new DrydockError('machine', `Cannot compute a digest: the worker failed: ${message}`);
      for (const stream of this.#streams.values()) stream.failed(error);
    };
  }

  readonly create = (): Promise<DigestSink> => {
    const id = ++this.#lastStream;
    const send = (message: ToDigests, transfer: Transferable[] = []) => this.#worker.postMessage(message, transfer);
    const stream = new RemoteDigest(id, send, () => this.#streams.delete(id));
    this.#streams.set(id, stream);
    return Promise.resolve(stream);
  };
}

class RemoteDigest implements DigestSink {
  readonly #id: number;
  readonly #send: (message: ToDigests, transfer?: Transferable[]) => void;
  readonly #forget: () => void;
  readonly #result = deferred<Digest>();
  #buffer = new Uint8Array(MESSAGE_BYTES);
  #used = 0;
  #waitingBytes = 0;
  #room: Deferred<void> | undefined;

  constructor(id: number, send: (message: ToDigests, transfer?: Transferable[]) => void, forget: () => void) {
    this.#id = id;
    this.#send = send;
    this.#forget = forget;
    // Nobody may have asked for the digest yet when the worker fails.
    this.#result.promise.catch(() => undefined);
  }

  /** @returns a promise when there is enough on its way: wait for it */
  update(bytes: Uint8Array): void | Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + MESSAGE_BYTES - this.#used);
      this.#buffer.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
      if (this.#used === MESSAGE_BYTES) this.#post();
    }
    if (this.#waitingBytes < MAX_WAITING_BYTES) return;
    this.#room ??= deferred<void>();
    return Promise.race([this.#room.promise, this.#result.promise.then(() => undefined)]);
  }

  digest(): Promise<Digest> {
    this.#post();
    this.#send({ kind: 'end', stream: this.#id });
    return this.#result.promise;
  }

  abort(): void {
    this.#send({ kind: 'forget', stream: this.#id });
    this.#forget();
  }

  answered(message: FromDigests): void {
    if (message.kind === 'digest') {
      this.#forget();
      return this.#result.resolve(message.digest);
    }
    this.#waitingBytes -= message.bytes;
    if (this.#waitingBytes >= MAX_WAITING_BYTES / 2) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  failed(error: DrydockError): void {
    this.#forget();
    this.#result.reject(error);
  }

  #post(): void {
    if (this.#used === 0) return;
    const bytes = this.#buffer.subarray(0, this.#used);
    this.#waitingBytes += bytes.length;
    this.#buffer = new Uint8Array(MESSAGE_BYTES);
    this.#used = 0;
    this.#send({ kind: 'bytes', stream: this.#id, bytes }, [bytes.buffer]);
  }
}
