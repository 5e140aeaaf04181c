// Reads the pipelines of a Go template: what stands between the braces.
import { goQuote } from '../../shared/go-quote.ts';
import { parseGoInt } from '../flags/go-number.ts';
import type { Command, Operand, Pipe } from './ast.ts';
import type { Token } from './lexer.ts';
import { tokenize } from './lexer.ts';
import { parseError } from './template-error.ts';
import { unquoteGo } from './unquote.ts';
import { GoFloat } from './values.ts';

const KEYWORDS = ['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'nil', 'template', 'with', '.'];
const SHOWN_RUNES = 10;

/** A token in an error, as Go's lexer prints it. */
function shownToken({ kind, text }: Token): string {
  if (kind === 'end') return 'EOF';
  if ((kind === 'word' || kind === 'dot') && KEYWORDS.includes(text)) return `<${text}>`;
  const runes = [...text];
  return runes.length > SHOWN_RUNES ? `${goQuote(runes.slice(0, SHOWN_RUNES).join(''))}...` : goQuote(text);
}

const END: Token = { kind: 'end', text: '', offset: 0 };

export class PipeParser {
  protected readonly name: string;
  protected readonly source: string;
  protected readonly tokens: readonly Token[];
  protected readonly functions: ReadonlySet<string>;
  protected readonly variables: string[] = ['$'];
  protected at = 0;

  constructor(name: string, source: string, functions: ReadonlySet<string>) {
    this.name = name;
    this.source = source;
    this.functions = functions;
    this.tokens = tokenize(source);
  }

  protected fail(message: string, token = this.peekRaw()): never {
    throw parseError(this.name, this.source, token.offset, message);
  }

  protected peekRaw(): Token {
    return this.tokens[this.at] ?? END;
  }

  protected skipSpace(): void {
    while (this.peekRaw().kind === 'space') this.at += 1;
  }

  protected peek(): Token {
    this.skipSpace();
    return this.peekRaw();
  }

  protected next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  protected unexpected(token: Token, context: string): never {
    if (token.kind === 'error') this.fail(token.text, token);
    const shown = shownToken(token);
    this.fail(`unexpected ${shown} in ${context}`, token);
  }

  /** A pipeline up to and with its closing delimiter. */
  protected pipe(context: string, closing: 'close' | ')' = 'close'): Pipe {
    const offset = this.peek().offset;
    const { declares, assigns } = this.declaration(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.peek();
      const closes = closing === ')' ? token.text === ')' && token.kind === 'symbol' : token.kind === 'close';
      if (closes) {
        this.at += 1;
        if (commands.length === 0) this.fail(`missing value for ${context}`, token);
        const first = commands[0];
        const text = commands.map((command) => command.text).join(' | ');
        const prefix = declares.length === 0 ? '' : `${declares.join(', ')} ${assigns ? '=' : ':='} `;
        return {
          declares,
          assigns,
          commands,
          offset: declares.length === 0 ? (first?.offset ?? offset) : offset,
          text: prefix + text,
        };
      }
      if (commands.length > 0) {
        if (token.text !== '|') this.unexpected(token, context);
        this.at += 1;
        // Go lets a pipe end in nothing.
        if (this.peek().kind === 'close') continue;
      }
      const command = this.command(context);
      // Only what can be called takes the value before it.
      const head = command.operands[0]?.kind;
      if (commands.length > 0 && (head === 'literal' || head === 'dot' || head === 'nil'))
        this.fail(`non executable command in pipeline stage ${commands.length + 1}`);
      commands.push(command);
    }
  }

  protected declaration(context: string): { declares: string[]; assigns: boolean } {
    const declares: string[] = [];
    for (;;) {
      const start = this.at;
      if (this.peek().kind !== 'variable') return { declares, assigns: false };
      const { text } = this.next();
      const symbol = this.peek();
      if (symbol.text === ':=' || symbol.text === '=') {
        this.at += 1;
        declares.push(text);
        this.variables.push(text);
        return { declares, assigns: symbol.text === '=' };
      }
      if (symbol.text !== ',') {
        this.at = start;
        return { declares, assigns: false };
      }
      this.at += 1;
      declares.push(text);
      this.variables.push(text);
      if (context !== 'range' || declares.length > 1) this.fail(`too many declarations in ${context}`);
      const after = this.peek();
      if (!['variable', 'close'].includes(after.kind) && after.text !== ')')
        this.fail('range can only initialize variables');
    }
  }

  protected checkVariable(name: string, token = this.peekRaw()): void {
    if (!this.variables.includes(name)) this.fail(`undefined variable ${goQuote(name)}`, token);
  }

  protected command(context: string): Command {
    const operands: Operand[] = [];
    const offset = this.peek().offset;
    for (;;) {
      const token = this.peek();
      if (token.kind === 'close' || token.text === '|' || (token.kind === 'symbol' && token.text === ')')) break;
      const operand = this.operand();
      if (operand === undefined) this.unexpected(token, operands.length === 0 ? context : 'operand');
      operands.push(operand);
      const after = this.peekRaw();
      if (after.kind === 'field') this.fail(`unexpected . after term ${goQuote(operand.text)}`, after);
      if (after.kind !== 'space' && after.kind !== 'close' && after.text !== '|' && after.text !== ')') {
        this.unexpected(after, 'operand');
      }
    }
    if (operands.length === 0) this.unexpected(this.peek(), context);
    return { operands, offset, text: operands.map((operand) => operand.text).join(' ') };
  }

  protected operand(): Operand | undefined {
    const token = this.next();
    const place = { offset: token.offset, text: token.text };
    switch (token.kind) {
      case 'string':
        return { ...place, kind: 'literal', value: this.#unquoted(token) };
      case 'char':
        return { ...place, kind: 'literal', value: this.#unquoted(token).codePointAt(0) ?? 0 };
      case 'number':
        return { ...place, kind: 'literal', value: this.number(token) };
      case 'dot':
        return { ...place, kind: 'dot' };
      case 'field':
        return { kind: 'field', ...this.path(token, [token.text.slice(1)]) };
      case 'variable': {
        this.checkVariable(token.text, token);
        const { path, offset, text } = this.path(token, []);
        return { kind: 'variable', name: token.text, path, offset, text };
      }
      case 'word':
        return this.word(token);
      case 'symbol':
        if (token.text === '(') {
          const pipe = this.pipe('parenthesized pipeline', ')');
          const { path, text } = this.path({ ...token, text: `(${pipe.text})` }, []);
          return { kind: 'pipe', pipe, path, offset: pipe.offset, text };
        }
        break;
      case 'text':
      case 'open':
      case 'close':
      case 'space':
      case 'error':
      case 'end':
        break;
    }
    this.at -= 1;
    return undefined;
  }

  protected word(token: Token): Operand {
    const place = { offset: token.offset, text: token.text };
    if (token.text === 'true' || token.text === 'false')
      return { ...place, kind: 'literal', value: token.text === 'true' };
    if (token.text === 'nil') return { ...place, kind: 'nil' };
    if (!this.functions.has(token.text)) this.fail(`function ${goQuote(token.text)} not defined`, token);
    return { ...place, kind: 'function', name: token.text };
  }

  #unquoted(token: Token): string {
    try {
      return unquoteGo(token.text);
    } catch (error) {
      this.fail((error as Error).message, token);
    }
  }

  /** As Go: what has a dot or an exponent is a float64, all else an int. */
  protected number(token: Token): number | GoFloat {
    const text = token.text.replaceAll('_', '');
    if (/[.eEpP]/.test(text) && !/^[+-]?0x/i.test(text)) return new GoFloat(Number(text));
    try {
      return parseGoInt(text);
    } catch {
      const whole = /^[+-]?\d+$/.test(text);
      this.fail(`${whole ? 'integer overflow' : 'bad number syntax'}: ${goQuote(token.text)}`, token);
    }
  }

  /** Fields right behind an operand. Go's errors point at the first of them. */
  protected path(token: Token, first: readonly string[]): { path: readonly string[]; offset: number; text: string } {
    const path = [...first];
    let { offset, text } = token;
    let chained = false;
    while (this.peekRaw().kind === 'field') {
      const field = this.peekRaw();
      this.at += 1;
      if (!chained) offset = field.offset;
      chained = true;
      path.push(field.text.slice(1));
      text += field.text;
    }
    return { path, offset, text };
  }
}
