// Names of containers: what is allowed, and what one is called who has none.
import { DrydockError } from '../../contracts/errors.ts';
import type { RandomBytes } from '../random.ts';
import { ADJECTIVES, SURNAMES } from './name-words.ts';

/** Two characters at least, as with Docker. */
const VALID_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** @throws DrydockError `invalid-argument` in Docker's words */
export function requireValidName(name: string): void {
  if (VALID_NAME.test(name.replace(/^\//, ''))) return;
  throw new DrydockError(
    'invalid-argument',
    `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
  );
}

/** `brave_lovelace`; a digit at the end when the first tries were taken. */
export function randomName(randomBytes: RandomBytes, attempt: number): string {
  const [a = 0, b = 0, c = 0, d = 0, digit = 0] = randomBytes(5);
  const adjective = ADJECTIVES[(a * 256 + b) % ADJECTIVES.length] ?? 'plain';
  const surname = SURNAMES[(c * 256 + d) % SURNAMES.length] ?? 'turing';
  return `${adjective}_${surname}${attempt > 0 ? digit % 10 : ''}`;
}
