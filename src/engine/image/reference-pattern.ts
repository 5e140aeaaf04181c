// `--filter reference=`: shell patterns on familiar names, with or without their tags (distribution/reference FamiliarMatch,
// which matches like Go's path.Match: `*` and `?` stop at slashes).
import { DrydockError } from '../../contracts/errors.ts';

/** @throws DrydockError `invalid-argument` for a pattern that makes no sense */
export function matchesPattern(pattern: string, familiar: string): boolean {
  const expression = toRegExp(pattern);
  if (expression.test(familiar)) return true;
  const [name = ''] = familiar.split('@');
  const colon = name.lastIndexOf(':');
  return expression.test(colon > name.lastIndexOf('/') ? name.slice(0, colon) : name);
}

function toRegExp(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[') {
      const end = pattern.indexOf(']', at + 2);
      if (end < 0) throw badPattern();
      const body = pattern.slice(at + 1, end).replace(/[\\[\]]/g, '\\$&');
      source += `[${body.startsWith('^') ? `^/${body.slice(1)}` : body}]`;
      at = end;
    } else if (character === '\\') {
      at++;
      if (at === pattern.length) throw badPattern();
      source += escape(pattern[at] ?? '');
    } else source += escape(character);
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    throw badPattern();
  }
}

function escape(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function badPattern(): DrydockError {
  return new DrydockError('invalid-argument', 'syntax error in pattern');
}
