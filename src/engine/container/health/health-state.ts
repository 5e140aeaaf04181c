// `State.Health`: what the last checks found.
import { rfc3339Nano } from '../../timestamp.ts';

export type HealthStatus = 'none' | 'starting' | 'healthy' | 'unhealthy';

export const HEALTH_STATUSES: readonly HealthStatus[] = ['none', 'starting', 'healthy', 'unhealthy'];

export interface ProbeResult {
  readonly startMs: number;
  readonly endMs: number;
  /** 0 is healthy, -1 is a check that did not end. */
  readonly exitCode: number;
  readonly output: string;
}

export interface HealthBody {
  readonly Status: HealthStatus;
  readonly FailingStreak: number;
  readonly Log: { Start: string; End: string; ExitCode: number; Output: string }[];
}

const KEPT_RESULTS = 5;

export class HealthState {
  status: HealthStatus = 'starting';
  failingStreak = 0;
  /** Oldest first; kept across runs, as Docker does. */
  log: readonly ProbeResult[] = [];

  begin(): void {
    this.status = 'starting';
    this.failingStreak = 0;
  }

  /** @param startMs when the run began; failures within `startPeriodMs` of it do not count until the first success */
  take(result: ProbeResult, limits: { startMs: number; startPeriodMs: number; retries: number }): void {
    this.log = [...this.log, result].slice(-KEPT_RESULTS);
    if (result.exitCode === 0) {
      this.failingStreak = 0;
      this.status = 'healthy';
      return;
    }
    if (this.status === 'starting' && result.startMs - limits.startMs < limits.startPeriodMs) return;
    this.failingStreak++;
    if (this.failingStreak >= limits.retries) this.status = 'unhealthy';
  }

  /** As `docker ps` puts it in parentheses. */
  get words(): string {
    return this.status === 'starting' ? 'health: starting' : this.status;
  }

  toBody(): HealthBody {
    return {
      Status: this.status,
      FailingStreak: this.failingStreak,
      Log: this.log.map(({ startMs, endMs, exitCode, output }) => ({
        Start: rfc3339Nano(startMs),
        End: rfc3339Nano(endMs),
        ExitCode: exitCode,
        Output: output,
      })),
    };
  }
}
