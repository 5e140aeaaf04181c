// Whether a container that ended starts again, and after how long: no, always, unless-stopped, on-failure[:n].
import type { HostConfig } from './create-request.ts';

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 60_000;
/** A run this long counts as healthy: the delay starts over. */
const HEALTHY_RUN_MS = 10_000;

export class RestartPolicy {
  readonly #name: string;
  readonly #maximumRetryCount: number;
  #delayMs = 0;
  #failures = 0;

  constructor(policy: HostConfig['RestartPolicy']) {
    this.#name = policy?.Name ?? 'no';
    this.#maximumRetryCount = policy?.MaximumRetryCount ?? 0;
  }

  /** @returns the delay before the next run in ms, or undefined for no further run */
  afterExit(exitCode: number, stoppedByUser: boolean, ranForMs: number): number | undefined {
    if (!this.#restarts(exitCode, stoppedByUser)) return undefined;
    this.#failures++;
    const previous = ranForMs >= HEALTHY_RUN_MS ? 0 : this.#delayMs;
    this.#delayMs = previous === 0 ? FIRST_DELAY_MS : Math.min(previous * 2, MAX_DELAY_MS);
    return this.#delayMs;
  }

  /** A start by the user forgets what was before. */
  reset(): void {
    this.#delayMs = 0;
    this.#failures = 0;
  }

  #restarts(exitCode: number, stoppedByUser: boolean): boolean {
    if (stoppedByUser) return false;
    switch (this.#name) {
      case 'always':
      case 'unless-stopped':
        return true;
      case 'on-failure':
        return exitCode !== 0 && (this.#maximumRetryCount === 0 || this.#failures < this.#maximumRetryCount);
      default:
        return false;
    }
  }
}
