// `--since 42m`: the engine takes seconds since 1970, people write durations and dates (Docker's api/types/time).
import { parseGoDuration } from './go-duration.ts';
import { goQuote } from './go-quote.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?)?(Z|[+-]\d{2}:\d{2})?$/i;

/** @param text a duration ago, an RFC 3339 date (any tail left out), or seconds since 1970 @throws Error in Docker's words */
export function engineTimestamp(text: string, nowMs = Date.now()): string {
  if (text !== '0') {
    try {
      return String(Math.floor((nowMs * 1e6 - parseGoDuration(text)) / 1e9));
    } catch {
      // Not a duration: a date or a number.
    }
  }
  const parts = DATE.exec(text);
  if (parts !== null) {
    const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = parts;
    const ms = Date.parse(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour}:${minute}:${second}${zone.toUpperCase()}`);
    if (!Number.isNaN(ms)) return `${Math.floor(ms / 1000)}.${fraction.padEnd(9, '0')}`;
  }
  const [, month = '01', day = '01'] = /^\d{4}-(\d{2})(?:-(\d{2}))?/.exec(text) ?? [];
  const wrong = month === '00' || Number(month) > 12 ? 'month' : day === '00' || Number(day) > 31 ? 'day' : undefined;
  if (wrong !== undefined) throw new Error(`parsing time ${goQuote(text)}: ${wrong} out of range`);
  const extra = /^\d{4}-\d{2}-\d{2}(.+)$/s.exec(text)?.[1];
  if (extra !== undefined && !extra.startsWith('T'))
    throw new Error(`parsing time ${goQuote(text)}: extra text: ${goQuote(extra)}`);
  if (text.includes('-'))
    throw new Error(`parsing time ${goQuote(text)} as "2006-01-02": cannot parse ${goQuote(text)} as "2006"`);
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) throw new Error(`failed to parse value as time or duration: ${goQuote(text)}`);
  return text;
}
