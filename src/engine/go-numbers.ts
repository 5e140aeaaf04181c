// Numbers in texts, as Go's strconv and Docker's go-units read them, with their words for what is none.
import { DrydockError } from '../contracts/errors.ts';

const UNITS = ['', 'k', 'm', 'g', 't', 'p'];
const TRUE_WORDS = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE_WORDS = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** @throws DrydockError `invalid-argument`: strconv.Atoi: parsing "x": invalid syntax */
export function goInteger(value: string): number {
  if (/^[+-]?\d+$/.test(value)) return Number(value);
  throw refuse(`strconv.Atoi: parsing "${value}": invalid syntax`);
}

/** @throws DrydockError `invalid-argument`: strconv.ParseBool: parsing "x": invalid syntax */
export function goBoolean(value: string): boolean {
  if (TRUE_WORDS.includes(value)) return true;
  if (FALSE_WORDS.includes(value)) return false;
  throw refuse(`strconv.ParseBool: parsing "${value}": invalid syntax`);
}

/**
 * `10m` in bytes.
 * @param base 1000 as units.FromHumanSize, 1024 as units.RAMInBytes
 * @throws DrydockError `invalid-argument`: invalid size: 'x'
 */
export function goSize(value: string, base: 1000 | 1024): number {
  const match = /^(-?\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(value);
  const number = Number(match?.[1]);
  if (match === null || number < 0) throw refuse(`invalid size: '${value}'`);
  return Math.trunc(number * base ** UNITS.indexOf((match[2] ?? '').toLowerCase()));
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
