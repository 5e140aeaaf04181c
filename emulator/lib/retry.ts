// A mirror that is being synchronised fails for seconds, not for good: try again, a little later each time.
import { setTimeout as sleep } from 'node:timers/promises';

const WAITS_MS = [2_000, 8_000];

/** Three tries. @throws the last error, with what was tried in front of it */
export async function retry<T>(
  what: string,
  attempt: () => Promise<T>,
  waitsMs: readonly number[] = WAITS_MS,
): Promise<T> {
  for (let index = 0; ; index++) {
    try {
      return await attempt();
    } catch (error) {
      const waitMs = waitsMs[index];
      const reason = error instanceof Error ? error.message : String(error);
      if (waitMs === undefined) throw new Error(`Cannot ${what} after ${index + 1} tries: ${reason}`, { cause: error });
      await sleep(waitMs);
    }
  }
}
