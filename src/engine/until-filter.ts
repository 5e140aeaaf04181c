// `--filter until=...` of the prune commands: a time, or how long ago.
import { DrydockError } from '../contracts/errors.ts';
import type { Filters } from './api/filters.ts';
import { parseTimestamp } from './timestamp.ts';

const MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DURATION = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)/;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/y;

/** @returns ms since 1970, undefined without the filter. @throws DrydockError `invalid-argument` in Docker's words */
export function untilOf(filters: Filters, nowMs: number): number | undefined {
  const values = filters.values('until');
  if (values.length > 1) throw new DrydockError('invalid-argument', 'more than one until filter specified');
  const [value = ''] = values;
  const ago = durationMs(value);
  return ago === undefined ? parseTimestamp(value) : nowMs - ago;
}

/** Go's time.ParseDuration: `1h30m`, `-1.5s`. undefined for what is none. */
export function durationMs(value: string): number | undefined {
  if (!DURATION.test(value)) return undefined;
  const text = value.replace(/^[+-]/, '');
  let ms = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (match === null) return undefined;
    ms += Number(match[1]) * (MS[match[2] ?? ''] ?? 0);
  }
  return value.startsWith('-') ? -ms : ms;
}
