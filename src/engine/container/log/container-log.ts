// What a container writes, on its way to the guest's disk: lines are collected for a moment, then written behind the
// output. When the disk is slower than the container, the container waits, so that memory stays bounded.
import type { HostFiles } from '../../../contracts/runtime.ts';
import type { Clock } from '../../clock.ts';
import type { OutputName } from '../io/stdcopy.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LogSettings } from './log-driver.ts';
import { LogFile } from './log-file.ts';

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
/** This much is written without waiting for the delay. */
const BATCH_BYTES = 256 * 1024;
/** With more than this waiting, the container waits too. */
const FULL_BYTES = 1024 * 1024;

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
  #queue: Uint8Array[] = [];
  /** Queued or being written. */
  #waitingBytes = 0;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #failing = false;

  constructor(options: ContainerLogOptions) {
    const { settings, directory, id, files, newId } = options;
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
    if (settings === undefined || this.#stopped) return undefined;
    const { dropsBeyondBytes } = settings;
    if (dropsBeyondBytes !== undefined && this.#waitingBytes > dropsBeyondBytes) return undefined;
    for (const run of this.#splitters[stream].push(chunk, clock.nowMs())) {
      this.#enqueue(settings.codec.encode(run, this.attributes));
    }
    this.#notify();
    return this.#waitingBytes > FULL_BYTES && dropsBeyondBytes === undefined ? this.flush() : undefined;
  }

  /** The run is over: what was left without a newline is logged now, and followers end. */
  close(): void {
    const { settings, clock } = this.#options;
    for (const splitter of Object.values(this.#splitters)) {
      for (const run of splitter.flush(clock.nowMs())) {
        if (settings !== undefined && !this.#stopped) this.#enqueue(settings.codec.encode(run, this.attributes));
      }
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
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#queue.length > 0 || this.#writing !== undefined) {
      this.#writing ??= this.#write();
      await this.#writing;
    }
  }

  /** The container goes: what was not written never will be. Settles when no write is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#queue = [];
    this.#notify();
    await this.#writing;
    await this.file?.idle();
  }

  /** Called after each append and at the end. @returns a function that stops it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #enqueue(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BATCH_BYTES) void this.flush();
    else this.#cancelTimer ??= this.#options.clock.after(DELAY_MS, () => void this.flush());
  }

  /** One batch. Never rejects: a log that cannot be written must not stop a container. */
  async #write(): Promise<void> {
    const batch = concat(this.#queue);
    this.#queue = [];
    try {
      await this.file?.append(batch);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        this.#options.report(
          `Cannot write the log of container ${this.#options.id}, output is dropped: ${String(error)}`,
        );
      }
      this.#failing = true;
    } finally {
      this.#waitingBytes -= batch.length;
      this.#writing = undefined;
    }
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
