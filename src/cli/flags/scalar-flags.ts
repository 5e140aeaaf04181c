// The flags that hold one value: what pflag itself ships, plus Docker's sizes and CPU counts.
import { goQuote } from '../../shared/go-quote.ts';
import { parseByteSize } from './byte-size.ts';
import type { Flag, FlagExtras } from './flag.ts';
import { parseGoDuration } from '../../shared/go-duration.ts';
import { parseGoBool, parseGoInt, parseGoUint } from './go-number.ts';

export function boolFlag(usage: string, extras: FlagExtras & { initial?: boolean } = {}): Flag<boolean> {
  const { initial = false, ...rest } = extras;
  return {
    type: 'bool',
    usage,
    initial,
    defaultText: initial ? 'true' : '',
    bare: 'true',
    set: (_, text) => parseGoBool(text),
    ...rest,
  };
}

export function stringFlag(usage: string, extras: FlagExtras & { initial?: string } = {}): Flag<string> {
  const { initial = '', ...rest } = extras;
  return {
    type: 'string',
    usage,
    initial,
    defaultText: initial === '' ? '' : goQuote(initial),
    set: (_, text) => text,
    ...rest,
  };
}

export function intFlag(usage: string, extras: FlagExtras & { initial?: number } = {}): Flag<number> {
  const { initial = 0, ...rest } = extras;
  return {
    type: 'int',
    usage,
    initial,
    defaultText: initial === 0 ? '' : String(initial),
    set: (_, text) => parseGoInt(text),
    ...rest,
  };
}

export function uintFlag(usage: string, extras: FlagExtras & { bits?: 16 | 64 } = {}): Flag<number> {
  const { bits = 64, ...rest } = extras;
  return {
    type: bits === 16 ? 'uint16' : 'uint',
    usage,
    initial: 0,
    defaultText: '',
    set: (_, text) => parseGoUint(text, 0, bits),
    ...rest,
  };
}

/** The value is in nanoseconds. */
export function durationFlag(usage: string, extras: FlagExtras = {}): Flag<number> {
  return { type: 'duration', usage, initial: 0, defaultText: '', set: (_, text) => parseGoDuration(text), ...extras };
}

/** The value is in bytes; -1 (unlimited) only where `unlimited` allows it. */
export function bytesFlag(usage: string, extras: FlagExtras & { unlimited?: boolean } = {}): Flag<number> {
  const { unlimited = false, ...rest } = extras;
  return {
    type: 'bytes',
    usage,
    initial: 0,
    defaultText: '',
    set: (_, text) => (unlimited && text === '-1' ? -1 : parseByteSize(text)),
    ...rest,
  };
}

/** A number of CPUs (`1.5`, `1/2`), kept in billionths. */
export function nanoCpusFlag(usage: string, extras: FlagExtras = {}): Flag<number> {
  return { type: 'decimal', usage, initial: 0, defaultText: '', set: (_, text) => parseNanoCpus(text), ...extras };
}

function parseNanoCpus(text: string): number {
  const parts = /^([+-]?)(?:(\d+)\/(\d+)|(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?)$/.exec(text);
  const decimal = (parts?.[4] ?? '') + (parts?.[5] ?? '');
  const isFraction = parts?.[2] !== undefined;
  if (parts === null || (!isFraction && decimal === '') || (isFraction && BigInt(parts[3] ?? '0') === 0n)) {
    throw new Error(`failed to parse ${text} as a rational number`);
  }
  let numerator = BigInt(isFraction ? (parts[2] ?? '0') : decimal) * 1_000_000_000n;
  let denominator = isFraction ? BigInt(parts[3] ?? '1') : 10n ** BigInt(parts[5]?.length ?? 0);
  const exponent = Number(parts[6] ?? '0');
  if (Math.abs(exponent) > 64) throw new Error('value is too precise');
  if (exponent >= 0) numerator *= 10n ** BigInt(exponent);
  else denominator *= 10n ** BigInt(-exponent);
  if (numerator % denominator !== 0n) throw new Error('value is too precise');
  const nano = Number(numerator / denominator);
  return parts[1] === '-' ? -nano : nano;
}
