// The machine as the page shows it: on its way, ready, or failed with something to do about it.
import type { BootProgress } from '../../contracts/machine.ts';
import type { WorkerSurface } from '../../contracts/worker-surface.ts';
import type { BootAttempt } from '../client/boot-attempt.ts';
import type { Failure, Surroundings } from '../machine/failure.ts';
import { failureOf } from '../machine/failure.ts';

export type MachineStatus =
  | { readonly kind: 'booting'; readonly progress: BootProgress | undefined }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** @param signal aborts when this machine is gone */
export type MachineListener = (surface: WorkerSurface, signal: AbortSignal) => void;

export class MachineState {
  status = $state.raw<MachineStatus>({ kind: 'booting', progress: undefined });
  readonly #beginListeners: MachineListener[] = [];
  readonly #readyListeners: MachineListener[] = [];
  readonly #beginBoot: () => BootAttempt;
  readonly #surroundings: () => Surroundings;
  #attempt: BootAttempt;
  #life = new AbortController();

  constructor(first: BootAttempt, beginBoot: () => BootAttempt, surroundings: () => Surroundings) {
    this.#attempt = first;
    this.#beginBoot = beginBoot;
    this.#surroundings = surroundings;
  }

  /** Called for every machine when its boot begins, the first one and those after a retry: for what may wait in the worker. */
  onBegin(listener: MachineListener): void {
    this.#beginListeners.push(listener);
  }

  /** Called for every machine that gets ready. */
  onReady(listener: MachineListener): void {
    this.#readyListeners.push(listener);
  }

  /** Follows the first attempt. Call once, after everybody who wants to know has said so. */
  start(): Promise<void> {
    return this.#follow(this.#attempt);
  }

  /** Throws the machine away and boots another. */
  retry(): Promise<void> {
    this.#drop();
    this.#attempt = this.#beginBoot();
    return this.#follow(this.#attempt);
  }

  /** Gives the machine up: what it needs on the page is not there. */
  fail(error: unknown): void {
    this.#drop();
    this.status = { kind: 'failed', failure: failureOf(error, this.#surroundings()) };
  }

  async #follow(attempt: BootAttempt): Promise<void> {
    const { signal } = this.#life;
    this.status = { kind: 'booting', progress: attempt.progress };
    attempt.onProgress = (progress) => {
      if (!signal.aborted && this.status.kind === 'booting') this.status = { kind: 'booting', progress };
    };
    for (const listener of this.#beginListeners) listener(attempt.client.surface, signal);
    try {
      await attempt.booted;
      if (signal.aborted) return;
      this.status = { kind: 'ready' };
      for (const listener of this.#readyListeners) listener(attempt.client.surface, signal);
      throw await attempt.client.fault;
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  #drop(): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#attempt.client.close();
  }
}
