// Numbers as Go's strconv reads them, with its error texts: they are what Docker prints for `-n abc`.
import { goQuote } from '../../shared/go-quote.ts';

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Why a number was refused: `invalid syntax` or `value out of range`, as `*strconv.NumError` has it. */
export class NumberError extends Error {
  readonly reason: string;

  constructor(call: string, text: string, reason: string) {
    super(`strconv.${call}: parsing ${goQuote(text)}: ${reason}`);
    this.name = 'NumberError';
    this.reason = reason;
  }
}

function magnitude(digits: string, base: number): bigint | undefined {
  let text = digits.toLowerCase();
  let radix = base;
  if (base === 0) {
    radix = 10;
    const prefix = /^0([xbo]?)/.exec(text)?.[1];
    if (prefix !== undefined && text.length > 1) {
      radix = prefix === 'x' ? 16 : prefix === 'b' ? 2 : 8;
      text = text.slice(1 + prefix.length);
    }
    text = text.replace(/(?<=[0-9a-f])_(?=[0-9a-f])/g, '');
  }
  if (text === '') return undefined;
  let value = 0n;
  for (const digit of text) {
    const worth = /[0-9a-z]/.test(digit) ? Number.parseInt(digit, 36) : Number.NaN;
    if (!(worth < radix)) return undefined;
    value = value * BigInt(radix) + BigInt(worth);
  }
  return value;
}

/** Go's strconv.ParseInt(text, base, 64). Base 0 takes 0x, 0o and 0b. Beyond 2^53 the number is the nearest double. */
export function parseGoInt(text: string, base = 0, call = 'ParseInt'): number {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const size = magnitude(text.slice(sign.length), base);
  if (size === undefined) throw new NumberError(call, text, 'invalid syntax');
  const value = sign === '-' ? -size : size;
  if (value > MAX_INT64 || value < MIN_INT64) throw new NumberError(call, text, 'value out of range');
  return Number(value);
}

/** Go's strconv.ParseUint(text, base, bits). */
export function parseGoUint(text: string, base = 0, bits = 64): number {
  const value = magnitude(text, base);
  if (value === undefined) throw new NumberError('ParseUint', text, 'invalid syntax');
  if (value >= 2n ** BigInt(bits)) throw new NumberError('ParseUint', text, 'value out of range');
  return Number(value);
}

/** Go's strconv.ParseFloat(text, 64), for the plain decimal forms. */
export function parseGoFloat(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new NumberError('ParseFloat', text, 'invalid syntax');
  return Number(text);
}

/** Go's strconv.ParseBool. */
export function parseGoBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new NumberError('ParseBool', text, 'invalid syntax');
}
