// Sizes as `-m 512m` means them: binary multiples, case and the final `b` do not matter (go-units' RAMInBytes).
import { parseGoFloat } from './go-number.ts';

const MULTIPLIERS: Readonly<Record<string, number>> = {
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
};

/** @returns bytes @throws Error with Docker's text */
export function parseByteSize(text: string): number {
  const invalid = () => new Error(`invalid size: '${text}'`);
  const split = /^(.*[0-9. ])(.*)$/s.exec(text);
  if (split === null) throw invalid();
  const written = split[1] ?? '';
  const suffix = (split[2] ?? '').toLowerCase();
  // One space between number and unit is allowed, and is not part of the number.
  const size = parseGoFloat(written.endsWith(' ') ? written.slice(0, -1) : written);
  if (size < 0) throw invalid();
  if (suffix === '' || suffix === 'b') return Math.trunc(size);
  const multiplier = /^(.)(b|ib)?$/.exec(suffix)?.[1];
  const factor = multiplier === undefined ? undefined : MULTIPLIERS[multiplier];
  // Docker prints the suffix as typed when it is too long to be one, in lower case otherwise.
  if (factor === undefined) throw new Error(`invalid suffix: '${suffix.length > 3 ? (split[2] ?? '') : suffix}'`);
  return Math.trunc(size * factor);
}
