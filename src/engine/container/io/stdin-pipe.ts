// One run's stdin: what is typed before the start waits for it, what comes after the end is lost.
import { deferred } from '../../../shared/deferred.ts';

export class StdinPipe {
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #bound = deferred<undefined>();
  #closed = false;

  /** The process started: its end of the pipe. */
  bind(stdin: WritableStream<Uint8Array>): void {
    this.#writer = stdin.getWriter();
    this.#writer.closed.catch(() => undefined);
    this.#bound.resolve(undefined);
    if (this.#closed) this.#closeWriter();
  }

  /** The process is gone (or never came): pending writes are dropped. */
  unbind(): void {
    this.#writer?.releaseLock();
    this.#writer = undefined;
    this.#bound.resolve(undefined);
  }

  /** Settles when the process's pipe took the bytes, or nobody will ever read them. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#bound.promise;
    if (this.#closed || bytes.length === 0) return;
    try {
      await this.#writer?.write(bytes);
    } catch {
      // EPIPE: the process closed its stdin; Docker drops the rest as well.
      this.#writer = undefined;
    }
  }

  /** End of input, after what was written. */
  close(): void {
    this.#closed = true;
    this.#closeWriter();
  }

  #closeWriter(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    writer?.close().catch(() => undefined);
  }
}
