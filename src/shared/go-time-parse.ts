// Times as Go's time.Parse reads them, by a layout, and its words for what does not fit (time/format.go): Docker prints them.
import { goQuote } from './go-quote.ts';

export interface GoTime {
  /** Since 1970. */
  readonly seconds: number;
  readonly nanoseconds: number;
}

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

/** What a layout is made of. Only an hour may have one digit. */
const FIELDS: Readonly<
  Record<string, { readonly field: Field; readonly pattern: RegExp; readonly range: [number, number] }>
> = {
  '2006': { field: 'year', pattern: /^\d{4}/, range: [0, 9999] },
  '01': { field: 'month', pattern: /^\d{2}/, range: [1, 12] },
  '02': { field: 'day', pattern: /^\d{2}/, range: [0, 99] },
  '15': { field: 'hour', pattern: /^\d{1,2}/, range: [0, 23] },
  '04': { field: 'minute', pattern: /^\d{2}/, range: [0, 59] },
  '05': { field: 'second', pattern: /^\d{2}/, range: [0, 59] },
};
const PARTS = /2006|01|02|15|04|05|\.999999999|Z07:00|[^0-9.Z]/g;
const FRACTION = /^[.,]\d+/;

/** @param layout such as `2006-01-02T15:04Z07:00` @throws Error with Go's text */
export function parseGoTime(layout: string, text: string): GoTime {
  const fields: Record<Field, number> = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  let [rest, fraction, offsetS] = [text, '', 0];
  const take = (pattern: RegExp, part: string): string => {
    const [found] = pattern.exec(rest) ?? [];
    if (found === undefined) {
      const what = `cannot parse ${goQuote(rest)} as ${goQuote(part)}`;
      throw new Error(`parsing time ${goQuote(text)} as ${goQuote(layout)}: ${what}`);
    }
    rest = rest.slice(found.length);
    return found;
  };
  for (const [part] of layout.matchAll(PARTS)) {
    const known = FIELDS[part];
    if (known !== undefined) {
      const value = Number(take(known.pattern, part));
      const [least, most] = known.range;
      if (value < least || value > most) throw outOfRange(text, known.field);
      fields[known.field] = value;
      // Digits behind the seconds are taken, whether the layout has them or not.
      if (known.field === 'second') {
        fraction = FRACTION.exec(rest)?.[0] ?? '';
        rest = rest.slice(fraction.length);
      }
    } else if (part === 'Z07:00') {
      offsetS = offsetOf(take(/^(Z|[+-]\d\d:\d\d)/, part), text);
    } else if (part !== '.999999999') {
      take(part === '-' ? /^-/ : part === ':' ? /^:/ : /^T/, part);
    }
  }
  if (rest !== '') throw new Error(`parsing time ${goQuote(text)}: extra text: ${goQuote(rest)}`);
  const { year, month, day, hour, minute, second } = fields;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || day < 1) throw outOfRange(text, 'day');
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offsetS;
  return { seconds, nanoseconds: Number(fraction.slice(1, 10).padEnd(9, '0')) };
}

function offsetOf(zone: string, text: string): number {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 24) throw outOfRange(text, 'time zone offset hour');
  if (minutes > 60) throw outOfRange(text, 'time zone offset minute');
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function outOfRange(text: string, what: string): Error {
  return new Error(`parsing time ${goQuote(text)}: ${what} out of range`);
}
