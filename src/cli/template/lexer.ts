// Cuts a Go template into text and the tokens of its actions (text/template's grammar, template/parse/lex.go's behaviour).
import { goQuote, goQuoteRune } from '../../shared/go-quote.ts';

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'field'
  | 'dot'
  | 'variable'
  | 'word'
  | 'string'
  | 'number'
  | 'char'
  | 'symbol'
  | 'space'
  | 'error'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly offset: number;
}

const ACTION_TOKENS: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\.)+'/y],
  ['number', /[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)/y],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['dot', /\./y],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['symbol', /:=|[=|,()]/y],
  // Any other printable character is a token, too: the parser says where it does not belong.
  ['symbol', /[!#%&*+\-/;<>?@[\\\]^~{}]/y],
];

/** What may stand right behind a name. */
const TERMINATOR = /^(?:[ \t\r\n.,|:()]|\}\}|$)/;

class LexFailure extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** What cannot be read becomes a last token of kind `error`: an earlier mistake of the grammar is told first. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  try {
    readAll(source, tokens);
    tokens.push({ kind: 'end', text: '', offset: source.length });
  } catch (error) {
    if (!(error instanceof LexFailure)) throw error;
    tokens.push({ kind: 'error', text: error.message, offset: error.offset });
  }
  return tokens;
}

function readAll(source: string, tokens: Token[]): void {
  let at = 0;
  let trimNext = false;
  while (at < source.length) {
    const open = source.indexOf('{{', at);
    const textEnd = open < 0 ? source.length : open;
    const trimsLeft = open >= 0 && /^\{\{-[ \t\r\n]/.test(source.slice(open, open + 4));
    let text = source.slice(at, textEnd);
    const offset = at;
    if (trimNext) text = text.trimStart();
    if (trimsLeft) text = text.trimEnd();
    if (text !== '') tokens.push({ kind: 'text', text, offset });
    if (open < 0) break;
    at = open + (trimsLeft ? 4 : 2);

    if (source.startsWith('/*', at)) {
      const close = /\*\/([ \t\r\n]-)?\}\}/g;
      close.lastIndex = at;
      const match = close.exec(source);
      const ends = source.indexOf('*/', at);
      if (ends < 0) throw new LexFailure(open, 'unclosed comment');
      if (match?.index !== ends) throw new LexFailure(ends, 'comment ends before closing delimiter');
      trimNext = match[1] !== undefined;
      at = match.index + match[0].length;
      continue;
    }
    tokens.push({ kind: 'open', text: '{{', offset: open });
    ({ at, trimNext } = readAction(source, at, tokens));
  }
}

function readAction(source: string, start: number, tokens: Token[]): { at: number; trimNext: boolean } {
  let at = start;
  let depth = 0;
  for (;;) {
    const close = /^(?:[ \t\r\n]+-)?\}\}/.exec(source.slice(at, at + 64));
    if (close !== null) {
      if (depth > 0) throw new LexFailure(at, 'unclosed left paren');
      tokens.push({ kind: 'close', text: close[0].trim(), offset: at });
      return { at: at + close[0].length, trimNext: close[0].length > 2 };
    }
    if (at >= source.length) throw new LexFailure(at, 'unclosed action');
    const token = nextToken(source, at);
    // Go takes a dot at the very end for the start of a number.
    if (token?.kind === 'dot' && at + 1 === source.length) throw new LexFailure(at, 'illegal number syntax: "."');
    if (token === undefined) throw new LexFailure(at, badCharacter(source, at));
    if (token.text === '(') depth += 1;
    if (token.text === ')' && --depth < 0) throw new LexFailure(at, 'unexpected right paren');
    if (token.kind === 'number' && /^[\p{L}\p{Nd}_]/u.test(source.slice(at + token.text.length))) {
      const text = source.slice(at, at + token.text.length + 1);
      throw new LexFailure(at, `bad number syntax: ${goQuote(text)}`);
    }
    at += token.text.length;
    if (['field', 'variable', 'word'].includes(token.kind) && !TERMINATOR.test(source.slice(at, at + 2))) {
      const rune = String.fromCodePoint(source.codePointAt(at) ?? 0);
      throw new LexFailure(at, `bad character ${codePoint(rune)} ${goQuoteRune(rune)}`);
    }
    tokens.push(token);
  }
}

function nextToken(source: string, offset: number): Token | undefined {
  for (const [kind, pattern] of ACTION_TOKENS) {
    pattern.lastIndex = offset;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return { kind, text, offset };
  }
  return undefined;
}

function badCharacter(source: string, at: number): string {
  const rest = source.slice(at);
  const rune = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  if (rune === '"') return 'unterminated quoted string';
  if (rune === '`') return 'unterminated raw quoted string';
  if (rune === "'") return 'unterminated character constant';
  if (rune === ':') return 'expected :=';
  return `unrecognized character in action: ${codePoint(rune)} ${goQuoteRune(rune)}`;
}

function codePoint(rune: string): string {
  return `U+${(rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
