// Whether a container that ended starts again, and after how long: no, always, unless-stopped, on-failure[:n].
// Source: moby restartmanager/restartmanager.go.
import type { HostConfig } from './create-request.ts';

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 60_000;
/** A run this long counts as healthy: the delay starts over. */
const HEALTHY_RUN_MS = 10_000;

export class RestartPolicy {
  #name = 'no';
  #maximumRetryCount = 0;
  #delayMs = 0;
  #restarts = 0;
  #cancelled = false;

  constructor(policy: HostConfig['RestartPolicy']) {
    this.set(policy);
  }

  /** `docker update --restart`: from the next exit on. */
  set(policy: HostConfig['RestartPolicy']): void {
    this.#name = policy?.Name || 'no';
    this.#maximumRetryCount = policy?.MaximumRetryCount ?? 0;
  }

  /**
   * @param stoppedByUser a signal was sent by hand since the start: enough for `unless-stopped`
   * @returns the delay before the next run in ms, or undefined for no further run
   */
  afterExit(exitCode: number, stoppedByUser: boolean, ranForMs: number): number | undefined {
    if (this.#name === 'no' || this.#cancelled) return undefined;
    const previous = ranForMs >= HEALTHY_RUN_MS ? 0 : this.#delayMs;
    this.#delayMs = previous === 0 ? FIRST_DELAY_MS : Math.min(previous * 2, MAX_DELAY_MS);
    if (!this.#restartsAfter(exitCode, stoppedByUser)) return undefined;
    this.#restarts++;
    return this.#delayMs;
  }

  /** For an engine that starts and finds the container ended. */
  startsWithEngine(exitCode: number, stoppedByUser: boolean): boolean {
    return this.#restartsAfter(exitCode, stoppedByUser);
  }

  /** Somebody asked for the end: no further run until the next start by hand. */
  cancel(): void {
    this.#cancelled = true;
  }

  /** A start by the user forgets what was before. @param restarts so often it was restarted already */
  reset(restarts = 0): void {
    this.#delayMs = 0;
    this.#restarts = restarts;
    this.#cancelled = false;
  }

  #restartsAfter(exitCode: number, stoppedByUser: boolean): boolean {
    switch (this.#name) {
      case 'always':
        return true;
      case 'unless-stopped':
        return !stoppedByUser;
      case 'on-failure':
        return exitCode !== 0 && (this.#maximumRetryCount === 0 || this.#restarts < this.#maximumRetryCount);
      default:
        return false;
    }
  }
}
