// Turns tokens into the tree of a Go template, with the errors of Go's template/parse.
import { goQuote } from '../../shared/go-quote.ts';
import type { Node, ParsedTemplate, Pipe } from './ast.ts';
import type { Token } from './lexer.ts';
import { PipeParser } from './pipe-parser.ts';
import { unquoteGo } from './unquote.ts';

class Parser extends PipeParser {
  readonly defined = new Map<string, readonly Node[]>();
  #rangeDepth = 0;
  #blockDepth = 0;

  parse(): readonly Node[] {
    const { nodes, stop } = this.#list();
    if (stop !== 'end of file') this.fail(`unexpected {{${stop}}}`);
    return nodes;
  }

  /** Nodes up to `{{end}}`, `{{else ...}}` or the end of the file, whichever comes; the keyword is consumed. */
  #list(): { nodes: Node[]; stop: 'end' | 'else' | 'end of file' } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.peekRaw();
      if (token.kind === 'end') return { nodes, stop: 'end of file' };
      if (token.kind === 'error') this.fail(token.text, token);
      this.at += 1;
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text, offset: token.offset });
        continue;
      }
      const word = this.peek();
      const keyword = word.kind === 'word' ? word.text : '';
      if (keyword === 'end') {
        this.at += 1;
        this.#close('end');
        return { nodes, stop: 'end' };
      }
      if (keyword === 'else') {
        this.at += 1;
        return { nodes, stop: 'else' };
      }
      // Templates are defined on the top only.
      if (keyword === 'define' && this.#blockDepth > 0) this.unexpected(word, 'command');
      const node = this.#action(keyword, word);
      if (node !== undefined) nodes.push(node);
    }
  }

  #close(context: string): void {
    const token = this.next();
    if (token.kind !== 'close') this.unexpected(token, context);
  }

  #action(keyword: string, word: Token): Node | undefined {
    switch (keyword) {
      case 'if':
      case 'with':
      case 'range':
        this.at += 1;
        return this.#control(keyword, word.offset);
      case 'break':
      case 'continue':
        this.at += 1;
        this.#close(keyword);
        if (this.#rangeDepth === 0) this.fail(`{{${keyword}}} outside {{range}}`, word);
        return { kind: keyword, offset: word.offset, text: `{{${keyword}}}` };
      case 'define':
        this.at += 1;
        this.#define(word);
        return undefined;
      case 'template':
      case 'block':
        this.at += 1;
        return this.#template(keyword, word);
      default: {
        const pipe = this.pipe('command');
        return { kind: 'action', pipe, offset: word.offset, text: `{{${pipe.text}}}` };
      }
    }
  }

  #control(kind: 'if' | 'with' | 'range', offset: number): Node {
    const variables = this.variables.length;
    const pipe = this.pipe(kind);
    if (kind === 'range') this.#rangeDepth += 1;
    this.#blockDepth += 1;
    const { nodes: body, stop } = this.#list();
    if (kind === 'range') this.#rangeDepth -= 1;
    let otherwise: readonly Node[] = [];
    if (stop === 'else') otherwise = this.#otherwise(kind);
    else if (stop === 'end of file') this.fail('unexpected EOF');
    this.#blockDepth -= 1;
    this.variables.length = variables;
    return { kind, pipe, body, otherwise, offset, text: `{{${kind} ${pipe.text}}}` };
  }

  #otherwise(kind: string): readonly Node[] {
    const token = this.peek();
    // `{{else if x}}` is an if inside the else, closed by the same end.
    if (token.kind === 'word' && (token.text === 'if' || token.text === 'with') && token.text === kind) {
      this.at += 1;
      return [this.#control(token.text, token.offset)];
    }
    this.#close('else');
    const { nodes, stop } = this.#list();
    if (stop !== 'end') this.fail(stop === 'else' ? 'expected end; found {{else}}' : 'unexpected EOF');
    return nodes;
  }

  #templateName(context: string): string {
    const token = this.next();
    if (token.kind !== 'string') this.unexpected(token, context);
    return unquoteGo(token.text);
  }

  #define(word: Token): void {
    const name = this.#templateName('define clause');
    this.#close('define clause');
    this.#blockDepth += 1;
    const { nodes, stop } = this.#list();
    this.#blockDepth -= 1;
    if (stop !== 'end') this.fail('unexpected EOF', word);
    this.#add(name, nodes);
  }

  /** An empty one may be defined again. */
  #add(name: string, nodes: readonly Node[]): void {
    const filled = (list: readonly Node[]) => list.some((node) => node.kind !== 'text' || node.text.trim() !== '');
    const before = this.defined.get(name);
    if (before !== undefined && filled(before)) {
      if (filled(nodes)) this.fail(`template: multiple definition of template ${goQuote(name)}`);
      return;
    }
    this.defined.set(name, nodes);
  }

  #template(keyword: 'template' | 'block', word: Token): Node {
    const { offset } = this.peek();
    const name = this.#templateName(`${keyword} clause`);
    let pipe: Pipe | undefined;
    if (this.peek().kind === 'close' && keyword === 'template') this.at += 1;
    else pipe = this.pipe(`${keyword} clause`);
    if (keyword === 'block') {
      this.#blockDepth += 1;
      const { nodes, stop } = this.#list();
      this.#blockDepth -= 1;
      if (stop !== 'end') this.fail('unexpected EOF', word);
      this.#add(name, nodes);
    }
    const shown = `template ${goQuote(name)}${pipe === undefined ? '' : ` ${pipe.text}`}`;
    return { kind: 'template', name, pipe, offset, text: `{{${shown}}}` };
  }
}

/** @param functions names that the template may call @throws TemplateError */
export function parseTemplate(name: string, source: string, functions: ReadonlySet<string>): ParsedTemplate {
  const parser = new Parser(name, source, functions);
  const body = parser.parse();
  return { name, source, body, defined: parser.defined };
}
