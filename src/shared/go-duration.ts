// Durations as Go's time.ParseDuration reads them (`1m30s`), in nanoseconds: the Engine API counts health intervals so.
import { goQuote } from './go-quote.ts';

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** @returns nanoseconds @throws Error with Go's text */
export function parseGoDuration(text: string): number {
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  const invalid = () => new Error(`time: invalid duration ${goQuote(text)}`);
  if (body === '') throw invalid();
  let rest = body;
  let total = 0;
  while (rest !== '') {
    const part = /^(\d*)(\.\d*)?([^\d.]*)/.exec(rest);
    const whole = part?.[1] ?? '';
    const fraction = part?.[2] ?? '';
    const unit = part?.[3] ?? '';
    if (whole === '' && (fraction === '' || fraction === '.')) throw invalid();
    if (unit === '') throw new Error(`time: missing unit in duration ${goQuote(text)}`);
    const size = UNIT_NS[unit];
    if (size === undefined) throw new Error(`time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`);
    total +=
      Number(whole === '' ? '0' : whole) * size + Math.trunc(Number(`0${fraction === '.' ? '' : fraction}`) * size);
    rest = rest.slice(part?.[0].length ?? rest.length);
  }
  if (total > Number.MAX_SAFE_INTEGER * 1024) throw invalid();
  return text.startsWith('-') ? -total : total;
}
