// HEALTHCHECK: its flags, and the test in the form that the config keeps (BuildKit: instructions/parse.go).
import { DrydockError } from '../../contracts/errors.ts';
import { parseGoDuration } from '../../shared/go-duration.ts';
import { jsonWords } from './words.ts';
import type { SplitLine } from './words.ts';

export interface HealthcheckInstruction {
  readonly name: 'healthcheck';
  /** As in an image's config; durations in nanoseconds, what is zero left out. */
  readonly check: Readonly<Record<string, readonly string[] | number>>;
}

const DURATIONS = [
  ['interval', 'Interval'],
  ['timeout', 'Timeout'],
  ['start-period', 'StartPeriod'],
  ['start-interval', 'StartInterval'],
] as const;
const FLAGS: readonly string[] = [...DURATIONS.map(([flag]) => flag), 'retries'];
const MINIMUM_NS = 1e6;

/** @throws DrydockError `invalid-argument` in BuildKit's words */
export function parseHealthcheck({ flags, rest }: SplitLine): HealthcheckInstruction {
  const [, kind = '', command = ''] = /^(\S*)\s*(.*)$/s.exec(rest) ?? [];
  if (kind === '') throw refuse('HEALTHCHECK requires at least one argument');
  const upper = kind.toUpperCase();
  if (upper === 'NONE') {
    if (command !== '') throw refuse('HEALTHCHECK NONE takes no arguments');
    return { name: 'healthcheck', check: { Test: ['NONE'] } };
  }
  const values = flagValues(flags);
  if (upper !== 'CMD') throw refuse(`Unknown type ${JSON.stringify(upper)} in HEALTHCHECK (try CMD)`);
  const json = jsonWords(command);
  const words = json ?? (command === '' ? [] : [command]);
  if (words.length === 0) throw refuse('Missing command after HEALTHCHECK CMD');
  const durations = DURATIONS.flatMap(([flag, field]) => {
    const ns = durationNs(flag, values.get(flag) ?? '');
    return ns === 0 ? [] : [[field, ns] as const];
  });
  const retries = retriesOf(values.get('retries') ?? '');
  const Test = [json === undefined ? 'CMD-SHELL' : 'CMD', ...words];
  return {
    name: 'healthcheck',
    check: { Test, ...Object.fromEntries(durations), ...(retries > 0 && { Retries: retries }) },
  };
}

function flagValues(flags: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const flag of flags) {
    const equals = flag.indexOf('=');
    const shown = equals < 0 ? flag : flag.slice(0, equals);
    const name = shown.slice('--'.length);
    if (!FLAGS.includes(name)) throw refuse(`unknown flag: ${shown}`);
    if (values.has(name)) throw refuse(`duplicate flag specified: ${shown}`);
    if (equals < 0) throw refuse(`missing a value on flag: ${shown}`);
    values.set(name, flag.slice(equals + 1));
  }
  return values;
}

function durationNs(flag: string, text: string): number {
  if (text === '') return 0;
  const ns = parsedDuration(text);
  if (ns !== 0 && ns < MINIMUM_NS) throw refuse(`Interval ${JSON.stringify(flag)} cannot be less than 1ms`);
  return ns;
}

function parsedDuration(text: string): number {
  try {
    return parseGoDuration(text);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause));
  }
}

function retriesOf(text: string): number {
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text)) {
    throw refuse(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (Math.abs(value) >= 2 ** 31) throw refuse(`strconv.ParseInt: parsing "${text}": value out of range`);
  if (value < 0) throw refuse(`--retries cannot be negative (${value})`);
  return value;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
