// The three streams of one process (a container's or an exec's), wired to those who are attached.
import type { Task } from '../../../contracts/runtime.ts';
import { deferred } from '../../../shared/deferred.ts';
import type { Clock } from '../../clock.ts';
import type { ContainerLog } from '../log/container-log.ts';
import { OutputHub } from './output-hub.ts';
import { StdinPipe } from './stdin-pipe.ts';
import type { OutputName } from './stdcopy.ts';

/** As Docker: output that a process's orphans still hold open is not waited for longer than this. */
const DRAIN_MS = 2_000;

export class ProcessIo {
  /** Of the run that is, or of the next one: clients attach before the start. */
  stdin = new StdinPipe();
  readonly hub: OutputHub;
  readonly #clock: Clock;
  readonly #log: ContainerLog | undefined;
  #pumps: Promise<unknown> = Promise.resolve();
  readonly #readers = new Set<ReadableStreamDefaultReader<Uint8Array>>();
  #exited = deferred<undefined>();
  #gate: Promise<unknown> | undefined;
  #runs = 0;

  constructor(clock: Clock, log?: ContainerLog) {
    this.#clock = clock;
    this.#log = log;
    this.hub = new OutputHub(clock);
  }

  /** Counts up with each start and each end: odd while a process runs. */
  get phase(): number {
    return this.#runs;
  }

  /** Nothing more is taken from the process until `gate` settles. */
  holdUntil(gate: Promise<unknown>): void {
    const both = Promise.allSettled([this.#gate, gate]);
    this.#gate = both;
    void both.then(() => {
      if (this.#gate === both) this.#gate = undefined;
    });
  }

  start(task: Task): void {
    this.#runs += 1 + (this.#runs % 2);
    this.stdin.bind(task.stdin);
    this.#log?.open();
    this.#exited = deferred();
    this.#pumps = Promise.all([this.#pump('stdout', task.stdout), this.#pump('stderr', task.stderr)]);
  }

  /** After the exit: takes what is still in the pipes, then ends everybody's streams. */
  async finish(): Promise<void> {
    // What is left in the pipes is little: slow readers get it all, but no longer hold anything up.
    this.#exited.resolve(undefined);
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(DRAIN_MS, resolve);
      void this.#pumps.finally(() => {
        cancel();
        resolve();
      });
    });
    this.close();
  }

  /** Leaves the process's streams to somebody else, who goes on with the next byte. Settles when they are free. */
  async release(): Promise<void> {
    this.#exited.resolve(undefined);
    for (const reader of this.#readers) reader.releaseLock();
    await this.#pumps;
    this.close();
  }

  /** Ends everybody's streams now. */
  close(): void {
    this.#runs += this.#runs % 2;
    this.stdin.unbind();
    this.stdin = new StdinPipe();
    this.#log?.close();
    this.hub.end();
  }

  async #pump(name: OutputName, stream: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stream.getReader();
    this.#readers.add(reader);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        if (this.#gate !== undefined) await this.#gate;
        const behind = this.#log?.append(name, value);
        const full = this.hub.write(name, value);
        if (full !== undefined) await Promise.race([full, this.#exited.promise]);
        if (behind !== undefined) await behind;
      }
    } catch {
      // The machine lost the stream (the exit, which follows, tells), or it was released.
    } finally {
      this.#readers.delete(reader);
      // A stream that ended is read again, as ended, by the engine that follows.
      reader.releaseLock();
    }
  }
}
