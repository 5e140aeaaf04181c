// `--filter reference=`: shell patterns on familiar names, with or without their tags (distribution/reference FamiliarMatch,
// which matches like Go's path.Match: `*` and `?` stop at slashes).
import { DrydockError } from '../../contracts/errors.ts';

/** @throws DrydockError `internal`, as Docker's daemon, for a pattern that makes no sense */
export function matchesPattern(pattern: string, familiar: string): boolean {
  const expression = new RegExp(`^${sourceOf([...pattern])}$`, 'u');
  if (expression.test(familiar)) return true;
  const [name = ''] = familiar.split('@');
  const colon = name.lastIndexOf(':');
  return expression.test(colon > name.lastIndexOf('/') ? name.slice(0, colon) : name);
}

/** @param rest the pattern's characters; eaten */
function sourceOf(rest: string[]): string {
  let source = '';
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    if (next === '*') source += '[^/]*';
    else if (next === '?') source += '[^/]';
    else if (next === '[') source += classOf(rest);
    else source += escaped(next === '\\' ? taken(rest) : next);
  }
  return source;
}

/** What follows `[`: one range or more, up to `]`. A slash may be among them. */
function classOf(rest: string[]): string {
  const negated = rest[0] === '^';
  if (negated) rest.shift();
  const ranges: string[] = [];
  do {
    const low = boundary(rest);
    const isRange = rest[0] === '-';
    if (isRange) rest.shift();
    const high = isRange ? boundary(rest) : low;
    // From behind to before: nothing is between them.
    if (codeOf(low) <= codeOf(high)) ranges.push(`${escaped(low)}-${escaped(high)}`);
  } while (rest[0] !== ']');
  rest.shift();
  return `[${negated ? '^' : ''}${ranges.join('')}]`;
}

function boundary(rest: string[]): string {
  const first = taken(rest);
  if (first === '-' || first === ']') throw badPattern();
  const character = first === '\\' ? taken(rest) : first;
  if (rest.length === 0) throw badPattern();
  return character;
}

function taken(rest: string[]): string {
  const character = rest.shift();
  if (character === undefined) throw badPattern();
  return character;
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

const escaped = (character: string): string => `\\u{${codeOf(character).toString(16)}}`;

function badPattern(): DrydockError {
  return new DrydockError('internal', 'syntax error in pattern');
}
