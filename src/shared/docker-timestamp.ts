// `--since 42m`: the engine takes seconds since 1970, people write durations and dates (Docker's api/types/time).
import { parseGoDuration } from './go-duration.ts';
import { goQuote } from './go-quote.ts';
import { parseGoTime } from './go-time-parse.ts';

/** @param text a duration ago, an RFC 3339 date (any tail left out), or seconds since 1970 @throws Error in Docker's words */
export function engineTimestamp(text: string, nowMs = Date.now()): string {
  if (text !== '0') {
    try {
      return String(Math.floor((nowMs * 1e6 - parseGoDuration(text)) / 1e9));
    } catch {
      // Not a duration: a date or a number.
    }
  }
  try {
    const { seconds, nanoseconds } = parseGoTime(layoutFor(text), text);
    return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
  } catch (error) {
    if (text.includes('-')) throw error;
  }
  if (/^[+-]?\d+(\.[+-]?\d+)?$/.test(text)) return text;
  throw new Error(`failed to parse value as time or duration: ${goQuote(text)}`);
}

/** Guessed, as Docker does: by what is in it. */
function layoutFor(text: string): string {
  const dashes = text.split('-').length - 1;
  const isLocal = !/[zZ+]/.test(text) && dashes !== 3;
  const zone = isLocal ? '' : 'Z07:00';
  if (text.includes('.')) return `2006-01-02T15:04:05.999999999${zone}`;
  if (!text.includes('T')) return `2006-01-02${zone}`;
  const inZone = !isLocal && !/[zZ]/.test(text) ? 1 : 0;
  const colons = Math.max(0, text.split(':').length - 1 - inZone);
  const time = ['15', '15:04', '15:04:05'][Math.min(colons, 2)] ?? '';
  return `2006-01-02T${time}${zone}`;
}
