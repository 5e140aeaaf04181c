// Hands a process's output to everybody attached. Memory is bounded: the process waits for a slow reader, as with Docker,
// but not for ever: a reader that takes nothing for STALL_MS is dropped, so that it cannot hold up the container's log.
import type { Clock } from '../../clock.ts';
import type { OutputName } from './stdcopy.ts';
import { stdcopyFrame } from './stdcopy.ts';

export interface ReaderOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly multiplexed: boolean;
}

const BUFFER_BYTES = 1024 * 1024;
const STALL_MS = 30_000;

export class OutputHub {
  readonly #clock: Clock;
  readonly #readers = new Set<OutputReader>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  attach(options: ReaderOptions): OutputReader {
    const reader = this.prepare(options);
    this.add(reader);
    return reader;
  }

  /** A reader that gets nothing before `add`, but may be given what was. */
  prepare(options: ReaderOptions): OutputReader {
    const reader: OutputReader = new OutputReader(options, () => this.#readers.delete(reader));
    return reader;
  }

  add(reader: OutputReader): void {
    if (!reader.isGone) this.#readers.add(reader);
  }

  /** @returns a promise when some reader is full: wait for it before the next write */
  write(stream: OutputName, chunk: Uint8Array): Promise<unknown> | undefined {
    const full = [...this.#readers].filter((reader) => !reader.push(stream, chunk));
    return full.length === 0 ? undefined : Promise.all(full.map((reader) => this.drained(reader)));
  }

  /** The process is gone: everybody's stream ends after what they have not read yet. */
  end(): void {
    for (const reader of [...this.#readers]) reader.end();
  }

  /** Settles when `reader` has room again, or was dropped. */
  async drained(reader: OutputReader): Promise<void> {
    const cancel = this.#clock.after(STALL_MS, () => reader.end());
    await reader.drained();
    cancel();
  }
}

/** One attached reader: its bytes, framed as it asked. */
export class OutputReader {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #options: ReaderOptions;
  readonly #forget: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #onDrained: (() => void)[] = [];

  constructor(options: ReaderOptions, forget: () => void) {
    this.#options = options;
    this.#forget = forget;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wake(),
        cancel: () => this.#leave(),
      },
      { highWaterMark: BUFFER_BYTES, size: (chunk) => chunk.length },
    );
  }

  get isGone(): boolean {
    return this.#controller === undefined;
  }

  /** @returns false when the buffer is full now */
  push(stream: OutputName, chunk: Uint8Array): boolean {
    const controller = this.#controller;
    if (controller === undefined || chunk.length === 0 || !this.#options[stream]) return true;
    controller.enqueue(this.#options.multiplexed ? stdcopyFrame(stream, chunk) : chunk);
    return (controller.desiredSize ?? 1) > 0;
  }

  drained(): Promise<void> {
    const controller = this.#controller;
    if (controller === undefined || (controller.desiredSize ?? 1) > 0) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  end(): void {
    this.#controller?.close();
    this.#leave();
  }

  #leave(): void {
    this.#controller = undefined;
    this.#forget();
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#onDrained.splice(0)) resolve();
  }
}
