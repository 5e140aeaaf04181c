// What a container writes, on its way to the guest's disk: lines are collected for a moment, then written behind the
// output. Memory is bounded: what the rotation would delete is not kept, and beyond that the container waits.
import type { HostFiles } from '../../../contracts/runtime.ts';
import type { Clock } from '../../clock.ts';
import type { OutputName } from '../io/stdcopy.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LogSettings } from './log-driver.ts';
import type { LogRun } from './log-entry.ts';
import { LogFile } from './log-file.ts';
import { LogQueue } from './log-queue.ts';
import { joinBytes } from '../../../shared/join-bytes.ts';

export interface ContainerLogOptions {
  readonly clock: Clock;
  readonly files: HostFiles;
  /** Where the driver's files are. */
  readonly directory: string;
  readonly id: string;
  readonly newId: () => string;
  /** undefined keeps nothing. */
  readonly settings: LogSettings | undefined;
  /** A line for the operator: what could not be written, and why. */
  readonly report: (line: string) => void;
}

/** A short `docker run --rm` is gone before its output was ever written. */
const DELAY_MS = 250;
/** Writing takes at most a tenth of the time: under a flood, the guest has better things to do. */
const REST_FACTOR = 9;
const MAX_REST_MS = 1_000;
/** Encoded and written at once. */
const BATCH_BYTES = 512 * 1024;
/** With more than this waiting, the container waits too. */
const FULL_BYTES = 4 * 1024 * 1024;

export class ContainerLog {
  /** undefined for the driver `none`. */
  readonly file: LogFile | undefined;
  readonly settings: LogSettings | undefined;
  readonly #options: ContainerLogOptions;
  readonly #splitters: Readonly<Record<OutputName, LineSplitter>>;
  readonly #listeners = new Set<() => void>();
  /** Of the entries of the next run. */
  attributes: Readonly<Record<string, string>> = {};
  #open = false;
  #stopped = false;
  readonly #queue: LogQueue | undefined;
  #restMs = 0;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #failing = false;

  constructor(options: ContainerLogOptions) {
    const { settings, directory, id, files, newId } = options;
    this.#queue = settings && new LogQueue({ codec: settings.codec, diskBytes: settings.maxBytes * settings.maxFiles });
    this.#options = options;
    this.settings = settings;
    this.file =
      settings && new LogFile({ ...settings, files, path: `${directory}/${settings.file.replace('<id>', id)}` });
    this.#splitters = { stdout: new LineSplitter('stdout', newId), stderr: new LineSplitter('stderr', newId) };
  }

  /** The container runs: there may be more. */
  get isOpen(): boolean {
    return this.#open;
  }

  open(): void {
    this.#open = true;
  }

  /** @returns a promise when the disk is behind: wait for it before the next append */
  append(stream: OutputName, chunk: Uint8Array): Promise<void> | undefined {
    const { settings, clock } = this.#options;
    if (settings === undefined || this.#queue === undefined || this.#stopped) return undefined;
    const { dropsBeyondBytes } = settings;
    if (dropsBeyondBytes !== undefined && this.#queue.heldBytes > dropsBeyondBytes) return undefined;
    for (const run of this.#splitters[stream].push(chunk, clock.nowMs())) this.#enqueue(run);
    this.#notify();
    return this.#queue.heldBytes > FULL_BYTES && dropsBeyondBytes === undefined ? this.flush() : undefined;
  }

  /** The run is over: what was left without a newline is logged now, and followers end. */
  close(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const splitter of Object.values(this.#splitters)) {
      for (const run of splitter.flush(nowMs)) this.#enqueue(run);
    }
    this.#open = false;
    this.#notify();
  }

  /** Output not yet ended by a newline: it is not logged yet. */
  pending(stream: OutputName): Uint8Array {
    return this.#splitters[stream].held;
  }

  /** Settles when what was appended so far is on the disk, or the disk refused it. */
  async flush(): Promise<void> {
    const queue = this.#queue;
    if (queue === undefined) return;
    const last = queue.pushed;
    while (queue.gone < last) await (this.#writing ??= this.#write(queue));
    await this.#writing;
  }

  /** The container goes: what was not written never will be. Settles when no write is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#queue?.clear();
    this.#notify();
    await this.#writing;
    await this.file?.idle();
  }

  /** Called after each append and at the end. @returns a function that stops it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #enqueue(run: LogRun): void {
    if (this.#stopped || this.#queue === undefined) return;
    this.#queue.push(run);
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#stopped || this.#queue === undefined || this.#queue.isEmpty || this.#cancelTimer !== undefined) return;
    const { clock } = this.#options;
    this.#cancelTimer = clock.after(Math.max(DELAY_MS, this.#restMs), () => {
      const startMs = clock.nowMs();
      void this.flush().then(() => {
        this.#restMs = Math.min((clock.nowMs() - startMs) * REST_FACTOR, MAX_REST_MS);
        this.#cancelTimer = undefined;
        this.#flushLater();
      });
    });
  }

  /** One batch. Never rejects: a log that cannot be written must not stop a container. */
  async #write(queue: LogQueue): Promise<void> {
    const { id, report } = this.#options;
    try {
      await this.file?.append(this.#batchOf(queue));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) report(`Cannot write the log of container ${id}, output is dropped: ${String(error)}`);
      this.#failing = true;
    } finally {
      this.#writing = undefined;
    }
  }

  #batchOf(queue: LogQueue): Uint8Array {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < BATCH_BYTES) {
      const run = queue.shift();
      const part = run && this.settings?.codec.encode(run, this.attributes);
      if (part === undefined) break;
      parts.push(part);
      bytes += part.length;
    }
    return joinBytes(parts);
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
