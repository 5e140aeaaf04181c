// `$NAME`, `${NAME:-word}`, quotes and escapes in a Dockerfile's words, as BuildKit's lexer handles them
// (frontend/dockerfile/shell/lex.go).
import { DrydockError } from '../../contracts/errors.ts';
import { replacePattern, trimPrefix, trimSuffix } from './shell-pattern.ts';
import { DEFAULT_ESCAPE } from './words.ts';

const SPECIAL = '@*#?-$!0';

/** @throws DrydockError `invalid-argument` in BuildKit's words */
export function expandWord(word: string, env: ReadonlyMap<string, string>, escape = DEFAULT_ESCAPE): string {
  return inContext(word, () => new Expansion(word, env, escape).until(undefined, false).text);
}

/** As `expandWord`, then split where spaces are that no quotes protect: what EXPOSE does. */
export function expandWords(word: string, env: ReadonlyMap<string, string>, escape = DEFAULT_ESCAPE): string[] {
  return inContext(word, () => new Expansion(word, env, escape).until(undefined, false).words);
}

/** `NAME=value` entries; the last of a name counts. */
export function environmentOf(entries: readonly string[]): Map<string, string> {
  return new Map(
    entries.map((entry) => {
      const equals = entry.indexOf('=');
      return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

function inContext<T>(word: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    throw new DrydockError('invalid-argument', `failed to process ${JSON.stringify(word)}: ${error.message}`);
  }
}

class ExpansionError extends Error {}

interface Expanded {
  readonly text: string;
  readonly words: string[];
}

class Words {
  readonly #words: string[] = [];
  #word = '';

  /** Spaces end a word. */
  add(text: string): void {
    for (const character of text) {
      if (!/\s/u.test(character)) this.#word += character;
      else this.#end();
    }
  }

  /** Spaces are part of it. */
  addRaw(text: string): void {
    this.#word += text;
  }

  all(): string[] {
    this.#end();
    return this.#words;
  }

  #end(): void {
    if (this.#word !== '') this.#words.push(this.#word);
    this.#word = '';
  }
}

class Expansion {
  readonly #source: readonly string[];
  readonly #env: ReadonlyMap<string, string>;
  readonly #escape: string;
  #at = 0;

  constructor(source: string, env: ReadonlyMap<string, string>, escape: string) {
    this.#source = [...source];
    this.#env = env;
    this.#escape = escape;
  }

  /** @param keepEscapes a pattern follows, which reads them itself */
  until(stop: string | undefined, keepEscapes: boolean): Expanded {
    let text = '';
    const words = new Words();
    for (;;) {
      const character = this.#next();
      if (character === undefined) break;
      if (character === stop) return { text, words: words.all() };
      if (character === '$') {
        const value = this.#dollar();
        text += value;
        words.add(value);
      } else if (character === "'" || character === '"') {
        const quoted = character === "'" ? this.#singleQuoted() : this.#doubleQuoted(keepEscapes);
        text += quoted;
        words.addRaw(quoted);
      } else if (character === this.#escape) {
        const escaped = this.#next();
        const kept = (keepEscapes ? character : '') + (escaped ?? '');
        text += kept;
        words.addRaw(kept);
      } else {
        text += character;
        words.add(character);
      }
    }
    if (stop === undefined) return { text, words: words.all() };
    throw new ExpansionError(`unexpected end of statement while looking for matching ${stop}`);
  }

  #peek(): string | undefined {
    return this.#source[this.#at];
  }

  #next(): string | undefined {
    return this.#source[this.#at++];
  }

  #singleQuoted(): string {
    let text = '';
    for (let character = this.#next(); character !== "'"; character = this.#next()) {
      if (character === undefined) {
        throw new ExpansionError('unexpected end of statement while looking for matching single-quote');
      }
      text += character;
    }
    return text;
  }

  #doubleQuoted(keepEscapes: boolean): string {
    let text = '';
    for (let character = this.#next(); character !== '"'; character = this.#next()) {
      if (character === undefined) {
        throw new ExpansionError('unexpected end of statement while looking for matching double-quote');
      }
      if (character === '$') text += this.#dollar();
      else if (character !== this.#escape) text += character;
      else {
        const follower = this.#peek();
        const escapable = follower === '"' || follower === '$' || follower === this.#escape;
        if (keepEscapes || (!escapable && follower !== undefined)) text += character;
        if (escapable) text += this.#next() ?? '';
      }
    }
    return text;
  }

  #dollar(): string {
    if (this.#peek() !== '{') {
      const name = this.#name();
      return name === '' ? '$' : (this.#env.get(name) ?? '');
    }
    this.#next();
    const first = this.#peek();
    if (first === undefined) throw new ExpansionError("syntax error: missing '}'");
    if (first === '{' || first === '}' || first === ':') throw new ExpansionError('syntax error: bad substitution');
    const name = this.#name();
    const modifier = this.#next();
    if (modifier === '}') return this.#env.get(name) ?? '';
    if (modifier === '/') return this.#replaced(name);
    const emptyIsUnset = modifier === ':';
    const operator = (emptyIsUnset ? this.#next() : modifier) ?? '';
    // Go writes its end-of-text as the replacement character.
    const shown = (emptyIsUnset ? ':' : '') + (operator || '\uFFFD');
    const isPattern = operator === '#' || operator === '%';
    if (!'+-?#%'.includes(operator) || operator === '' || (emptyIsUnset && isPattern)) {
      throw new ExpansionError(`unsupported modifier (${shown}) in substitution`);
    }
    const word = this.#closing(() => this.until('}', isPattern).text, "syntax error: missing '}'");
    const value = this.#env.get(name);
    if (isPattern) return trimmed(operator, word, value ?? '');
    const isSet = value !== undefined && !(emptyIsUnset && value === '');
    if (operator === '-') return isSet ? value : word;
    if (operator === '+') return isSet ? word : '';
    if (isSet) return value;
    const reason = value === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty';
    throw new ExpansionError(`${name}: ${word || reason}`);
  }

  #replaced(name: string): string {
    const all = this.#peek() === '/';
    if (all) this.#next();
    const pattern = this.#closing(() => this.until('/', true).text, "syntax error: missing '/' in ${}");
    const replacement = this.#closing(() => this.until('}', true).text, "syntax error: missing '}'");
    return withPattern(pattern, () => replacePattern(pattern, this.#env.get(name) ?? '', replacement, all));
  }

  #closing<T>(work: () => T, atEnd: string): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof ExpansionError && this.#peek() === undefined) throw new ExpansionError(atEnd);
      throw error;
    }
  }

  #name(): string {
    const first = this.#peek() ?? '';
    if (/\d/.test(first)) return this.#take(/\d/);
    if (first !== '' && SPECIAL.includes(first)) return this.#next() ?? '';
    return this.#take(/[\p{L}\p{Nd}_]/u);
  }

  #take(kind: RegExp): string {
    let text = '';
    for (let character = this.#peek(); character !== undefined && kind.test(character); character = this.#peek()) {
      text += character;
      this.#at++;
    }
    return text;
  }
}

function trimmed(operator: string, word: string, value: string): string {
  const greedy = word.startsWith(operator);
  const pattern = greedy ? word.slice(1) : word;
  return withPattern(pattern, () => (operator === '%' ? trimSuffix : trimPrefix)(pattern, value, greedy));
}

function withPattern(pattern: string, work: () => string): string {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExpansionError(`invalid pattern (${pattern}) in substitution: ${reason}`);
  }
}
