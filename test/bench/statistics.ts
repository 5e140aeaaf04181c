// Medians and spreads: single times on a shared machine say little.

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('Cannot take the median of no values');
  const lower = sorted[middle - 1];
  return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
}

export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 'MB' | '%';
  readonly samples: readonly number[];
  /** Same unit; DESIGN's table. */
  readonly budget: number;
  /** The median of more samples than these, where these are the fastest of several stretches. */
  readonly overall?: number;
}

/** One line of the report: median, spread, budget, and their ratio. */
export function formatFigure({ name, unit, samples, budget, overall }: Figure): string {
  const middle = median(samples);
  // Whoever picks the fastest stretch does not get to judge by it.
  const judged = overall ?? middle;
  const columns = [
    name.padEnd(58),
    `${round(middle)} ${unit}`.padStart(11),
    `(${round(Math.min(...samples))}-${round(Math.max(...samples))}, n=${samples.length})`.padEnd(22),
    `budget ${round(budget)}`.padEnd(13),
    `x${(judged / budget).toFixed(2)}`,
    judged <= budget ? '     ' : ' OVER',
    overall === undefined ? '' : `all: ${round(overall)} ${unit}`,
  ];
  return columns.join(' ').trimEnd();
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
