// JSON files that people write by hand: a mistake is told in the words of Go's decoder, which are dockerd's.
// Source: encoding/json, scanner.go.

/** @returns the value @throws Error in the words of Go's json.Unmarshal */
export function parseGoJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Error(new Scanner(text).mistake() ?? String(cause), { cause });
  }
}

/** What Go calls the kind of a JSON value. */
export function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

class Mistake extends Error {}

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };
const ESCAPES = '"\\/bfnrt';
const DIGITS = '0123456789';

/** Walks over a text that is not JSON until it meets what is wrong. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  mistake(): string | undefined {
    try {
      this.#value();
      this.#space();
      if (this.#at < this.#text.length) this.#refuse('after top-level value');
      return undefined;
    } catch (error) {
      if (error instanceof Mistake) return error.message;
      throw error;
    }
  }

  #value(): void {
    this.#space();
    const first = this.#peek();
    if (first === '{') this.#object();
    else if (first === '[') this.#array();
    else if (first === '"') this.#string();
    else if (first === '-' || isDigit(first)) this.#number();
    else if (first !== undefined && LITERALS[first] !== undefined) this.#literal(LITERALS[first]);
    else this.#refuse('looking for beginning of value');
  }

  #object(): void {
    this.#at++;
    this.#space();
    if (this.#take('}')) return;
    for (;;) {
      this.#space();
      if (this.#peek() !== '"') this.#refuse('looking for beginning of object key string');
      this.#string();
      this.#space();
      if (!this.#take(':')) this.#refuse('after object key');
      this.#value();
      this.#space();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.#refuse('after object key:value pair');
    }
  }

  #array(): void {
    this.#at++;
    this.#space();
    if (this.#take(']')) return;
    for (;;) {
      this.#value();
      this.#space();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.#refuse('after array element');
    }
  }

  #string(): void {
    this.#at++;
    while (!this.#take('"')) {
      const character = this.#peek();
      if (character === undefined || character < ' ') this.#refuse('in string literal');
      this.#at++;
      if (character === '\\') this.#escape();
    }
  }

  #escape(): void {
    if (this.#take('u')) {
      for (let digit = 0; digit < 4; digit++) {
        if (!/[0-9a-fA-F]/.test(this.#peek() ?? '')) this.#refuse('in \\u hexadecimal character escape');
        this.#at++;
      }
    } else {
      if (!ESCAPES.includes(this.#peek() ?? ' ')) this.#refuse('in string escape code');
      this.#at++;
    }
  }

  #number(): void {
    this.#take('-');
    if (!this.#take('0')) this.#digits('in numeric literal');
    if (this.#take('.')) this.#digits('after decimal point in numeric literal');
    if (!this.#take('e') && !this.#take('E')) return;
    if (!this.#take('+')) this.#take('-');
    this.#digits('in exponent of numeric literal');
  }

  #digits(where: string): void {
    if (!isDigit(this.#peek())) this.#refuse(where);
    while (isDigit(this.#peek())) this.#at++;
  }

  #literal(word: string): void {
    for (const letter of word) {
      if (!this.#take(letter)) this.#refuse(`in literal ${word} (expecting ${quoted(letter)})`);
    }
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#peek() ?? '-')) this.#at++;
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #refuse(where: string): never {
    const character = this.#peek();
    if (character === undefined) throw new Mistake('unexpected end of JSON input');
    throw new Mistake(`invalid character ${quoted(character)} ${where}`);
  }
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && DIGITS.includes(character);
}

/** As Go's quoteChar. */
function quoted(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
