// Patterns of `${NAME#pattern}`, `${NAME%pattern}` and `${NAME/pattern/word}`: `?` is one character, `*` any number.
// Without brackets, as in BuildKit.

export function trimPrefix(pattern: string, value: string, greedy: boolean): string {
  const match = new RegExp(`^${toRegExp([...pattern], greedy)}`, 'su').exec(value);
  return match === null ? value : value.slice(match[0].length);
}

/** The shortest match at the end is found from there: both are turned round. */
export function trimSuffix(pattern: string, value: string, greedy: boolean): string {
  const match = new RegExp(`^${toRegExp(reversed(pattern), greedy)}`, 'su').exec([...value].reverse().join(''));
  return match === null ? value : value.slice(0, value.length - match[0].length);
}

export function replacePattern(pattern: string, value: string, replacement: string, all: boolean): string {
  return value.replace(new RegExp(toRegExp([...pattern], true), all ? 'gsu' : 'su'), () => replacement);
}

/** @throws Error for an escape of a character that needs none */
function toRegExp(pattern: readonly string[], greedy: boolean): string {
  let text = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '*') text += greedy ? '.*' : '.*?';
    else if (character === '?') text += '.';
    else if (character !== '\\') text += quoted(character);
    else {
      const escaped = pattern[++at] ?? '';
      if (!'*?\\}/'.includes(escaped) || escaped === '') throw new Error(`invalid escape '\\${escaped}'`);
      text += quoted(escaped);
    }
  }
  return text;
}

function quoted(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function reversed(pattern: string): string[] {
  const tokens: string[][] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    const next = characters[at + 1];
    if (character === '\\' && next !== undefined) {
      tokens.push([character, next]);
      at++;
    } else tokens.push([character]);
  }
  return tokens.reverse().flat();
}
