// A shared machine lends its caches and processors to others: the same containers in the same guest take 118 ms in one stretch of time
// and 210 ms in the next. What others do only adds: the fastest stretch says most of our code, and the median of all says how it was.
import { median } from './statistics.ts';

export interface Stretches {
  /** Of the stretch with the lowest median. */
  readonly samples: readonly number[];
  /** The median of all stretches' samples. */
  readonly overall: number;
}

/** Measures `count` times, one after the other. */
export async function fastestStretch(count: number, measure: () => Promise<number[]>): Promise<Stretches> {
  const stretches: number[][] = [];
  while (stretches.length < count) stretches.push(await measure());
  const [fastest] = [...stretches].sort((one, other) => median(one) - median(other));
  if (fastest === undefined) throw new RangeError(`Cannot measure ${count} times`);
  return { samples: fastest, overall: median(stretches.flat()) };
}
