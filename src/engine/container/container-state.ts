// The state of one container and who waits for it: Docker's state machine, without the machine.
import type { ContainerState as StateBody } from '@docker/node-sdk';
import { DrydockError } from '../../contracts/errors.ts';
import { deferred } from '../../shared/deferred.ts';
import type { Deferred } from '../../shared/deferred.ts';
import { rfc3339Nano } from '../timestamp.ts';
import type { HealthState } from './health/health-state.ts';

export type WaitCondition = 'not-running' | 'next-exit' | 'removed';
export type StateName = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export const STATE_NAMES: readonly StateName[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
];

export interface ExitStatus {
  readonly exitCode: number;
  /** Why it could not be started or removed. */
  readonly error?: string;
}

export class ContainerState {
  running = false;
  paused = false;
  /** Between two runs; Docker counts such a container as running. */
  restarting = false;
  oomKilled = false;
  removing = false;
  dead = false;
  removed = false;
  pid = 0;
  exitCode = 0;
  error = '';
  /** From the first start on, of a container with a health check. */
  health: HealthState | undefined;
  startedAtMs: number | undefined;
  finishedAtMs: number | undefined;
  readonly #stopWaiters: Deferred<ExitStatus>[] = [];
  readonly #removeWaiters: Deferred<ExitStatus>[] = [];

  get name(): StateName {
    if (this.running) return this.paused ? 'paused' : this.restarting ? 'restarting' : 'running';
    if (this.removing) return 'removing';
    if (this.dead) return 'dead';
    return this.startedAtMs === undefined ? 'created' : 'exited';
  }

  setRunning(pid: number, atMs: number): void {
    Object.assign(this, { error: '', running: true, restarting: false, paused: false, oomKilled: false, exitCode: 0 });
    this.pid = pid;
    this.startedAtMs = atMs;
  }

  setStopped(exitCode: number, atMs: number): void {
    this.running = false;
    this.restarting = false;
    this.#ended(exitCode, atMs);
  }

  /** The run ended, the next one follows. */
  setRestarting(exitCode: number, atMs: number): void {
    this.running = true;
    this.restarting = true;
    this.#ended(exitCode, atMs);
  }

  setRemoved(): void {
    this.removed = true;
    this.#removalEnded('');
  }

  /** It is dead, but something of it is left. */
  setRemovalFailed(error: string): void {
    this.#removalEnded(error);
  }

  /**
   * Settles when the condition is met; at once for `not-running` and `removed` that are so already.
   * @throws DrydockError `cancelled` when `signal` aborts first
   */
  wait(condition: WaitCondition, signal?: AbortSignal): Promise<ExitStatus> {
    if ((condition === 'not-running' && !this.running) || (condition === 'removed' && this.removed)) {
      return Promise.resolve(this.#status());
    }
    const waiter = deferred<ExitStatus>();
    const waiters = condition === 'removed' ? this.#removeWaiters : this.#stopWaiters;
    waiters.push(waiter);
    if (signal === undefined) return waiter.promise;
    const onAbort = (): void => {
      const index = waiters.indexOf(waiter);
      if (index >= 0) waiters.splice(index, 1);
      waiter.reject(new DrydockError('cancelled', 'context canceled'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    return waiter.promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  /** `State` of `GET /containers/{id}/json`. */
  toBody(): StateBody {
    return {
      Status: this.name,
      Running: this.running,
      Paused: this.paused,
      Restarting: this.restarting,
      OOMKilled: this.oomKilled,
      Dead: this.dead,
      Pid: this.pid,
      ExitCode: this.exitCode,
      Error: this.error,
      StartedAt: rfc3339Nano(this.startedAtMs),
      FinishedAt: rfc3339Nano(this.finishedAtMs),
      // The types of the API say Date where its JSON has a text.
      ...(this.health !== undefined && { Health: this.health.toBody() as unknown as NonNullable<StateBody['Health']> }),
    };
  }

  #ended(exitCode: number, atMs: number): void {
    this.paused = false;
    this.pid = 0;
    this.exitCode = exitCode;
    this.finishedAtMs = atMs;
    this.#wake(this.#stopWaiters);
  }

  #removalEnded(error: string): void {
    this.error = error;
    this.#wake(this.#stopWaiters);
    this.#wake(this.#removeWaiters);
  }

  #wake(waiters: Deferred<ExitStatus>[]): void {
    for (const waiter of waiters.splice(0)) waiter.resolve(this.#status());
  }

  #status(): ExitStatus {
    return this.error === '' ? { exitCode: this.exitCode } : { exitCode: this.exitCode, error: this.error };
  }
}
