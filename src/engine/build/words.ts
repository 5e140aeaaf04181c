// The words of a Dockerfile's instruction: what stands between spaces, with quotes and escapes left as they are
// (BuildKit: frontend/dockerfile/parser/line_parsers.go).
import { DrydockError } from '../../contracts/errors.ts';

export const DEFAULT_ESCAPE = '\\';

/** What separates an instruction from its arguments. */
const BLANKS = /[\t\v\f\r ]+/;

export function splitWords(text: string, escape = DEFAULT_ESCAPE): string[] {
  const words: string[] = [];
  const characters = [...text];
  for (let at = 0; at < characters.length;) {
    if (isSpace(characters[at])) {
      at++;
      continue;
    }
    let word = '';
    let quote = '';
    for (; at < characters.length && (quote !== '' || !isSpace(characters[at])); at++) {
      const character = characters[at] ?? '';
      const escapes = character === escape && quote !== "'";
      // An escape at the very end escapes nothing and is dropped.
      if (escapes && at === characters.length - 1) continue;
      word += character;
      if (escapes) word += characters[++at] ?? '';
      else if (quote === character) quote = '';
      else if (quote === '' && (character === "'" || character === '"')) quote = character;
    }
    words.push(word);
  }
  return words;
}

export function splitBlanks(text: string): string[] {
  return text.split(BLANKS);
}

export interface SplitLine {
  readonly name: string;
  /** `--interval=5s`, without quotes. */
  readonly flags: readonly string[];
  readonly rest: string;
}

export function splitInstruction(line: string, escape = DEFAULT_ESCAPE): SplitLine {
  const trimmed = line.trim();
  const blank = BLANKS.exec(trimmed);
  if (blank === null) return { name: trimmed, flags: [], rest: '' };
  const flags: string[] = [];
  let rest = trimmed.slice(blank.index + blank[0].length);
  for (;;) {
    rest = rest.trimStart();
    if (!rest.startsWith('--')) break;
    const [flag = '', length] = firstFlag(rest, escape);
    rest = rest.slice(length);
    if (flag === '--') break;
    flags.push(flag);
  }
  return { name: trimmed.slice(0, blank.index), flags, rest: rest.trim() };
}

/** @returns the first word without its quotes, and how much of the text it takes */
function firstFlag(text: string, escape: string): [flag: string, length: number] {
  let flag = '';
  let quote = '';
  let at = 0;
  for (; at < text.length && (quote !== '' || !isSpace(text[at])); at++) {
    const character = text[at] ?? '';
    if (character === escape) flag += text[++at] ?? '';
    else if (quote === character) quote = '';
    else if (quote === '' && (character === "'" || character === '"')) quote = character;
    else flag += character;
  }
  return [flag, at];
}

/**
 * The members of a JSON array of strings.
 * @returns undefined when it is no array: the text counts as it is then
 * @throws DrydockError `invalid-argument` for an array of anything else
 */
export function jsonWords(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  if (parsed.every((word) => typeof word === 'string')) return parsed;
  throw new DrydockError('invalid-argument', 'when using JSON array syntax, arrays must be comprised of strings only');
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/u.test(character);
}
