// The flags that may be given again and again: lists, maps and filters.
import type { Flag, FlagExtras } from './flag.ts';
import { parseCsv } from './csv.ts';

export type Filters = Readonly<Record<string, readonly string[]>>;

interface ListExtras extends FlagExtras {
  /** Checks one value, and may rewrite it. Throws with Docker's text. */
  readonly check?: (text: string) => string;
}

export function listFlag(usage: string, extras: ListExtras = {}): Flag<readonly string[]> {
  const { check = (text: string) => text, ...rest } = extras;
  return { type: 'list', usage, initial: [], defaultText: '', set: (list, text) => [...list, check(text)], ...rest };
}

/** A list of parsed things; `type` and `defaultText` say how the help shows it. */
export function parsedListFlag<T>(
  usage: string,
  parse: (text: string) => T,
  extras: FlagExtras & { type?: string; defaultText?: string } = {},
): Flag<readonly T[]> {
  const { type = 'list', defaultText = '', ...rest } = extras;
  return { type, usage, initial: [], defaultText, set: (list, text) => [...list, parse(text)], ...rest };
}

/** `key=value` pairs, the last one of a key wins. */
export function mapFlag(usage: string, extras: ListExtras = {}): Flag<Readonly<Record<string, string>>> {
  const { check = (text: string) => text, ...rest } = extras;
  return {
    type: 'map',
    usage,
    initial: {},
    defaultText: 'map[]',
    set: (map, text) => {
      const [key, value] = cut(check(text), '=');
      return { ...map, [key]: value ?? '' };
    },
    ...rest,
  };
}

/** Several values in one argument, separated by commas. */
export function stringsFlag(usage: string, extras: FlagExtras = {}): Flag<readonly string[]> {
  return {
    type: 'strings',
    usage,
    initial: [],
    defaultText: '',
    set: (list, text) => (text === '' ? list : [...list, ...parseCsv(text)]),
    ...extras,
  };
}

/** `--filter name=value`. */
export function filterFlag(usage: string, extras: FlagExtras = {}): Flag<Filters> {
  return { type: 'filter', usage, initial: {}, defaultText: '', set: addFilter, ...extras };
}

function addFilter(filters: Filters, text: string): Filters {
  if (text === '') return filters;
  const [name, value] = cut(text, '=');
  if (value === undefined) throw new Error('bad format of filter (expected name=value)');
  return withFilter(filters, name.trim().toLowerCase(), value.trim());
}

/** The filters with one more value; the same value twice is one. */
export function withFilter(filters: Filters, name: string, value: string): Filters {
  const values = filters[name] ?? [];
  return { ...filters, [name]: values.includes(value) ? values : [...values, value] };
}

/** Go's strings.Cut: the second part is undefined when the separator is not there. */
export function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
