// Docker writes times with nanoseconds: RFC 3339 in bodies and logs, integers in events, `seconds.nanoseconds` in queries.
import { DrydockError } from '../contracts/errors.ts';

const NS_PER_MS = 1e6;

/** Go's zero time: what Docker shows for "never". */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** As Go's RFC3339Nano: no trailing zeros in the fraction. */
export function rfc3339Nano(ms: number | undefined): string {
  if (ms === undefined) return ZERO_TIME;
  const fixed = rfc3339NanoFixed(ms);
  return fixed.replace(/\.?0+Z$/, 'Z');
}

/** As Docker's log lines: always nine digits. */
export function rfc3339NanoFixed(ms: number): string {
  const { seconds, nanoseconds } = split(ms);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`;
}

/** Nanoseconds since 1970, as exact as a double is (about 0.2 us). */
export function unixNano(ms: number): number {
  return Math.round(ms * NS_PER_MS);
}

/**
 * A query's `since` or `until`: `1732180249`, `1732180249.000000001`, or an RFC 3339 time.
 * @returns milliseconds since 1970, undefined for none
 * @throws DrydockError `invalid-argument` in Docker's words
 */
export function parseTimestamp(value: string): number | undefined {
  if (value === '') return undefined;
  const match = /^(-?\d+)(?:\.(\d{1,9}))?$/.exec(value);
  if (match !== null) {
    const nanoseconds = Number((match[2] ?? '').padEnd(9, '0'));
    return Number(match[1]) * 1000 + nanoseconds / NS_PER_MS;
  }
  const parsed = parseRfc3339(value);
  if (Number.isNaN(parsed))
    throw new DrydockError('invalid-argument', `failed to parse value as time or duration: "${value}"`);
  return parsed;
}

/** With its nanoseconds, as far as a double has them; NaN for what is none. */
function parseRfc3339(value: string): number {
  const match = /^(\d{4}-\d\d-\d\d(?:T[\d:]+)?)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?$/.exec(value);
  if (match === null) return Number.NaN;
  const [, time = '', fraction = '', zone = ''] = match;
  return Date.parse(time + zone) + Math.round(Number(`0${fraction}`) * 1e9) / NS_PER_MS;
}

function split(ms: number): { seconds: number; nanoseconds: number } {
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = Math.round((ms - seconds * 1000) * NS_PER_MS);
  return nanoseconds < 1e9 ? { seconds, nanoseconds } : { seconds: seconds + 1, nanoseconds: 0 };
}
