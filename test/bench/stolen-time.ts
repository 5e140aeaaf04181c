// A shared machine's hypervisor gives processors to others: a run of containers took 128 ms while it took nothing and 210 ms while it
// took a tenth, the same guest and code. What a figure says of our code is what it says in the quietest stretch.
import { readFileSync } from 'node:fs';

/** USER_HZ is 100 on every Linux we run on (getconf CLK_TCK). */
const MS_PER_TICK = 10;

/** Below this much of one processor (a fraction) nobody else is noticed. */
const QUIET = 0.005;

export interface Stretch {
  readonly samples: readonly number[];
  /** Time that the host gave to other machines meanwhile, as a fraction of one processor's time. */
  readonly stolen: number;
}

/** Measures until the host took next to nothing meanwhile, `most` times at most. @returns the stretch it took least from */
export async function quietest(most: number, measure: () => Promise<number[]>): Promise<Stretch> {
  let best: Stretch | undefined;
  for (let turn = 0; turn < most && (best === undefined || best.stolen > QUIET); turn++) {
    const [stolenMs, start] = [stolenTimeMs(readFileSync('/proc/stat', 'utf8')), performance.now()];
    const samples = await measure();
    const stolen = (stolenTimeMs(readFileSync('/proc/stat', 'utf8')) - stolenMs) / (performance.now() - start);
    if (best === undefined || stolen < best.stolen) best = { samples, stolen };
  }
  if (best === undefined) throw new RangeError(`Cannot measure ${most} times`);
  return best;
}

/** @param stat /proc/stat; "steal" is the eighth figure of the line for all processors (proc_stat(5)) */
export function stolenTimeMs(stat: string): number {
  const ticks = Number(/^cpu +(?:\d+ ){7}(\d+)/m.exec(stat)?.[1]);
  return Number.isNaN(ticks) ? 0 : ticks * MS_PER_TICK;
}
