// Turns tokens into the tree of a Go template, with the errors of Go's template/parse.
import { goQuote } from '../format/go-quote.ts';
import { parseGoInt } from '../flags/go-number.ts';
import type { Command, Node, Operand, ParsedTemplate, Pipe } from './ast.ts';
import type { Token } from './lexer.ts';
import { tokenize } from './lexer.ts';
import { parseError } from './template-error.ts';
import { unquoteGo } from './unquote.ts';

const END: Token = { kind: 'end', text: '', offset: 0 };

class Parser {
  readonly #name: string;
  readonly #source: string;
  readonly #tokens: readonly Token[];
  readonly #functions: ReadonlySet<string>;
  readonly #variables: string[] = ['$'];
  readonly defined = new Map<string, readonly Node[]>();
  #at = 0;
  #rangeDepth = 0;

  constructor(name: string, source: string, functions: ReadonlySet<string>) {
    this.#name = name;
    this.#source = source;
    this.#functions = functions;
    this.#tokens = tokenize(source);
  }

  parse(): readonly Node[] {
    const { nodes, stop } = this.#list();
    if (stop !== 'end of file') this.#fail(`unexpected {{${stop}}}`);
    return nodes;
  }

  #fail(message: string, token = this.#peekRaw()): never {
    throw parseError(this.#name, this.#source, token.offset, message);
  }

  #peekRaw(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #skipSpace(): void {
    while (this.#peekRaw().kind === 'space') this.#at += 1;
  }

  #peek(): Token {
    this.#skipSpace();
    return this.#peekRaw();
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind === 'error') this.#fail(token.text, token);
    const shown = token.kind === 'end' ? 'EOF' : token.kind === 'word' ? `<${token.text}>` : goQuote(token.text);
    this.#fail(`unexpected ${shown} in ${context}`, token);
  }

  /** Nodes up to `{{end}}`, `{{else ...}}` or the end of the file, whichever comes; the keyword is consumed. */
  #list(): { nodes: Node[]; stop: 'end' | 'else' | 'end of file' } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#peekRaw();
      if (token.kind === 'end') return { nodes, stop: 'end of file' };
      if (token.kind === 'error') this.#fail(token.text, token);
      this.#at += 1;
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text, offset: token.offset });
        continue;
      }
      const word = this.#peek();
      const keyword = word.kind === 'word' ? word.text : '';
      if (keyword === 'end') {
        this.#at += 1;
        this.#close('end');
        return { nodes, stop: 'end' };
      }
      if (keyword === 'else') {
        this.#at += 1;
        return { nodes, stop: 'else' };
      }
      const node = this.#action(keyword, word);
      if (node !== undefined) nodes.push(node);
    }
  }

  #close(context: string): void {
    const token = this.#next();
    if (token.kind !== 'close') this.#unexpected(token, context);
  }

  #action(keyword: string, word: Token): Node | undefined {
    switch (keyword) {
      case 'if':
      case 'with':
      case 'range':
        this.#at += 1;
        return this.#control(keyword, word.offset);
      case 'break':
      case 'continue':
        this.#at += 1;
        this.#close(keyword);
        if (this.#rangeDepth === 0) this.#fail(`{{${keyword}}} outside {{range}}`, word);
        return { kind: keyword, offset: word.offset, text: `{{${keyword}}}` };
      case 'define':
        this.#at += 1;
        this.#define(word);
        return undefined;
      case 'template':
      case 'block':
        this.#at += 1;
        return this.#template(keyword, word);
      default: {
        const pipe = this.#pipe('command');
        return { kind: 'action', pipe, offset: word.offset, text: `{{${pipe.text}}}` };
      }
    }
  }

  #control(kind: 'if' | 'with' | 'range', offset: number): Node {
    const variables = this.#variables.length;
    const pipe = this.#pipe(kind);
    if (kind === 'range') this.#rangeDepth += 1;
    const { nodes: body, stop } = this.#list();
    if (kind === 'range') this.#rangeDepth -= 1;
    let otherwise: readonly Node[] = [];
    if (stop === 'else') otherwise = this.#otherwise(kind);
    else if (stop === 'end of file') this.#fail('unexpected EOF');
    this.#variables.length = variables;
    return { kind, pipe, body, otherwise, offset, text: `{{${kind} ${pipe.text}}}` };
  }

  #otherwise(kind: string): readonly Node[] {
    const token = this.#peek();
    // `{{else if x}}` is an if inside the else, closed by the same end.
    if (token.kind === 'word' && (token.text === 'if' || token.text === 'with') && token.text === kind) {
      this.#at += 1;
      return [this.#control(token.text, token.offset)];
    }
    this.#close('else');
    const { nodes, stop } = this.#list();
    if (stop !== 'end') this.#fail(stop === 'else' ? 'expected end; found {{else}}' : 'unexpected EOF');
    return nodes;
  }

  #templateName(context: string): string {
    const token = this.#next();
    if (token.kind !== 'string') this.#unexpected(token, context);
    return unquoteGo(token.text);
  }

  #define(word: Token): void {
    const name = this.#templateName('define clause');
    this.#close('define clause');
    const { nodes, stop } = this.#list();
    if (stop !== 'end') this.#fail('unexpected EOF', word);
    this.defined.set(name, nodes);
  }

  #template(keyword: 'template' | 'block', word: Token): Node {
    const { offset } = this.#peek();
    const name = this.#templateName(`${keyword} clause`);
    let pipe: Pipe | undefined;
    if (this.#peek().kind === 'close') this.#at += 1;
    else pipe = this.#pipe(`${keyword} clause`);
    if (keyword === 'block') {
      const { nodes, stop } = this.#list();
      if (stop !== 'end') this.#fail('unexpected EOF', word);
      this.defined.set(name, nodes);
    }
    return { kind: 'template', name, pipe, offset, text: `{{template ${goQuote(name)}}}` };
  }

  /** A pipeline up to and with its closing delimiter. */
  #pipe(context: string, closing: 'close' | ')' = 'close'): Pipe {
    const offset = this.#peek().offset;
    const { declares, assigns } = this.#declaration(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#peek();
      const closes = closing === ')' ? token.text === ')' && token.kind === 'symbol' : token.kind === 'close';
      if (closes) {
        this.#at += 1;
        if (commands.length === 0) this.#fail(`missing value for ${context}`, token);
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
        if (token.text !== '|') this.#unexpected(token, context);
        this.#at += 1;
        // Go lets a pipe end in nothing.
        if (this.#peek().kind === 'close') continue;
      }
      commands.push(this.#command(context));
    }
  }

  #declaration(context: string): { declares: string[]; assigns: boolean } {
    const start = this.#at;
    const declares: string[] = [];
    while (this.#peek().kind === 'variable') {
      declares.push(this.#next().text);
      const symbol = this.#peek().text;
      if (symbol === ',' && context === 'range' && declares.length < 2) {
        this.#at += 1;
        continue;
      }
      if (symbol === ':=' || symbol === '=') {
        this.#at += 1;
        if (symbol === ':=') this.#variables.push(...declares);
        else for (const name of declares) this.#checkVariable(name);
        return { declares, assigns: symbol === '=' };
      }
      break;
    }
    this.#at = start;
    return { declares: [], assigns: false };
  }

  #checkVariable(name: string, token = this.#peekRaw()): void {
    if (!this.#variables.includes(name)) this.#fail(`undefined variable ${goQuote(name)}`, token);
  }

  #command(context: string): Command {
    const operands: Operand[] = [];
    const offset = this.#peek().offset;
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'close' || token.text === '|' || (token.kind === 'symbol' && token.text === ')')) break;
      const operand = this.#operand();
      if (operand === undefined) this.#unexpected(token, operands.length === 0 ? context : 'operand');
      operands.push(operand);
      const after = this.#peekRaw();
      if (after.kind !== 'space' && after.kind !== 'close' && after.text !== '|' && after.text !== ')') {
        this.#unexpected(after, 'operand');
      }
    }
    if (operands.length === 0) this.#unexpected(this.#peek(), context);
    return { operands, offset, text: operands.map((operand) => operand.text).join(' ') };
  }

  #operand(): Operand | undefined {
    const token = this.#next();
    const place = { offset: token.offset, text: token.text };
    switch (token.kind) {
      case 'string':
        return { ...place, kind: 'literal', value: unquoteGo(token.text) };
      case 'char':
        return { ...place, kind: 'literal', value: unquoteGo(token.text).codePointAt(0) ?? 0 };
      case 'number':
        return { ...place, kind: 'literal', value: this.#number(token) };
      case 'dot':
        return { ...place, kind: 'dot' };
      case 'field':
        return { kind: 'field', ...this.#path(token, [token.text.slice(1)]) };
      case 'variable': {
        this.#checkVariable(token.text, token);
        const { path, offset, text } = this.#path(token, []);
        return { kind: 'variable', name: token.text, path, offset, text };
      }
      case 'word':
        return this.#word(token);
      case 'symbol':
        if (token.text === '(') {
          const pipe = this.#pipe('parenthesized pipeline', ')');
          const { path, text } = this.#path({ ...token, text: `(${pipe.text})` }, []);
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
    this.#at -= 1;
    return undefined;
  }

  #word(token: Token): Operand {
    const place = { offset: token.offset, text: token.text };
    if (token.text === 'true' || token.text === 'false')
      return { ...place, kind: 'literal', value: token.text === 'true' };
    if (token.text === 'nil') return { ...place, kind: 'nil' };
    if (!this.#functions.has(token.text)) this.#fail(`function ${goQuote(token.text)} not defined`, token);
    return { ...place, kind: 'function', name: token.text };
  }

  #number(token: Token): number {
    if (/^[+-]?0[xob]/i.test(token.text)) return parseGoInt(token.text);
    const value = Number(token.text.replaceAll('_', ''));
    if (Number.isNaN(value)) this.#fail(`bad number syntax: ${goQuote(token.text)}`, token);
    return value;
  }

  /** Fields right behind an operand. Go's errors point at the first of them. */
  #path(token: Token, first: readonly string[]): { path: readonly string[]; offset: number; text: string } {
    const path = [...first];
    let { offset, text } = token;
    let chained = false;
    while (this.#peekRaw().kind === 'field') {
      const field = this.#peekRaw();
      this.#at += 1;
      if (!chained) offset = field.offset;
      chained = true;
      path.push(field.text.slice(1));
      text += field.text;
    }
    return { path, offset, text };
  }
}

/** @param functions names that the template may call @throws TemplateError */
export function parseTemplate(name: string, source: string, functions: ReadonlySet<string>): ParsedTemplate {
  const parser = new Parser(name, source, functions);
  const body = parser.parse();
  return { name, source, body, defined: parser.defined };
}
