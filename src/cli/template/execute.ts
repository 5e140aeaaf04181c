// Runs a parsed Go template on data.
import { goQuote } from '../../shared/go-quote.ts';
import type { Command, ControlNode, Node, Operand, ParsedTemplate, Pipe, TemplateNode } from './ast.ts';
import type { ParameterType, TemplateFunction } from './builtin-functions.ts';
import { goField, isJsonOnly, isOpen } from './go-fields.ts';
import { executeError, TemplateError } from './template-error.ts';
import type { TemplateMethod } from './values.ts';
import { goPrint, goType, isMap, isTrue, sortedEntries, TemplateStruct, TypedNil } from './values.ts';

export interface ExecuteOptions {
  readonly functions: Readonly<Record<string, TemplateFunction>>;
  readonly missingKey: 'error' | 'default';
}

interface Place {
  readonly offset: number;
  readonly text: string;
}

interface Arguments {
  readonly values: readonly unknown[];
  /** As they are written; what comes through a pipe is not. */
  readonly operands: readonly Operand[];
}

interface Variable {
  readonly name: string;
  value: unknown;
}

class LoopJump extends Error {
  readonly jump: 'break' | 'continue';

  constructor(jump: 'break' | 'continue') {
    super(jump);
    this.jump = jump;
  }
}

/** Go gives up at the same depth as its own stack limit for templates. */
const MAX_DEPTH = 1000;

class Executor {
  readonly #template: ParsedTemplate;
  readonly #options: ExecuteOptions;
  readonly #output: string[] = [];
  #variables: Variable[];
  #depth = 0;

  constructor(template: ParsedTemplate, data: unknown, options: ExecuteOptions) {
    this.#template = template;
    this.#options = options;
    this.#variables = [{ name: '$', value: data }];
  }

  run(data: unknown): string {
    this.#nodes(this.#template.body, data);
    return this.output;
  }

  get output(): string {
    return this.#output.join('');
  }

  #fail(place: Place, message: string): never {
    throw executeError(this.#template.name, this.#template.source, place.offset, place.text, message);
  }

  #nodes(nodes: readonly Node[], dot: unknown): void {
    for (const node of nodes) this.#node(node, dot);
  }

  #node(node: Node, dot: unknown): void {
    switch (node.kind) {
      case 'text':
        this.#output.push(node.text);
        break;
      case 'action': {
        const value = this.#pipe(node.pipe, dot);
        if (node.pipe.declares.length === 0)
          this.#output.push(value === null || value === undefined ? '<no value>' : goPrint(value));
        break;
      }
      case 'if':
      case 'with': {
        const scope = this.#variables.length;
        const value = this.#pipe(node.pipe, dot);
        if (isTrue(value)) this.#nodes(node.body, node.kind === 'with' ? value : dot);
        else this.#nodes(node.otherwise, dot);
        this.#variables.length = scope;
        break;
      }
      case 'range':
        this.#range(node, dot);
        break;
      case 'template':
        this.#call(node, dot);
        break;
      case 'break':
      case 'continue':
        throw new LoopJump(node.kind);
    }
  }

  #range(node: ControlNode, dot: unknown): void {
    const scope = this.#variables.length;
    const value = this.#pipe(node.pipe, dot);
    const inner = this.#variables.length;
    const pairs = this.#pairs(node.pipe, value);
    const [first, second] = node.pipe.declares;
    for (const [key, item] of pairs) {
      if (first !== undefined) this.#assign(second === undefined ? first : second, item);
      if (first !== undefined && second !== undefined) this.#assign(first, key);
      try {
        this.#nodes(node.body, item);
      } catch (error) {
        if (!(error instanceof LoopJump)) throw error;
        if (error.jump === 'break') break;
      } finally {
        this.#variables.length = inner;
      }
    }
    if (pairs.length === 0) this.#nodes(node.otherwise, dot);
    this.#variables.length = scope;
  }

  #pairs(pipe: Pipe, value: unknown): readonly (readonly [unknown, unknown])[] {
    if (Array.isArray(value)) return [...value.entries()];
    if (value instanceof TypedNil) return [];
    if (isMap(value)) return sortedEntries(value);
    if (typeof value === 'number' && Number.isInteger(value))
      return Array.from({ length: value }, (_, at) => [at, at] as const);
    if (value === undefined || value === null) return [];
    this.#fail(lastEvaluated(pipe) ?? pipe, `range can't iterate over ${goPrint(value)}`);
  }

  #call(node: TemplateNode, dot: unknown): void {
    const body = this.#template.defined.get(node.name);
    if (body === undefined) this.#fail(node, `template ${goQuote(node.name)} not defined`);
    if (++this.#depth > MAX_DEPTH) this.#fail(node, `exceeded maximum template depth (${MAX_DEPTH})`);
    const data = node.pipe === undefined ? undefined : this.#pipe(node.pipe, dot);
    const saved = this.#variables;
    this.#variables = [{ name: '$', value: data }];
    this.#nodes(body, data);
    this.#variables = saved;
    this.#depth -= 1;
  }

  #assign(name: string, value: unknown): void {
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (variable !== undefined) variable.value = value;
  }

  #pipe(pipe: Pipe, dot: unknown): unknown {
    let value: unknown;
    for (const [at, command] of pipe.commands.entries()) {
      value = this.#command(command, dot, at === 0 ? [] : [value]);
    }
    for (const name of pipe.declares) {
      if (pipe.assigns && !this.#variables.some((variable) => variable.name === name))
        this.#fail(lastEvaluated(pipe) ?? pipe, `undefined variable: ${name}`);
      if (pipe.assigns) this.#assign(name, value);
      else this.#variables.push({ name, value });
    }
    return value;
  }

  #command(command: Command, dot: unknown, piped: readonly unknown[]): unknown {
    const [head, ...rest] = command.operands;
    if (head === undefined) return undefined;
    if (head.kind === 'function') return this.#function(head, rest, dot, piped);
    const hasArguments = rest.length > 0 || piped.length > 0;
    const args = (): Arguments => ({
      values: [...rest.map((operand) => this.#operand(operand, dot)), ...piped],
      operands: rest,
    });
    switch (head.kind) {
      case 'field':
        return this.#fields(head, dot, head.path, hasArguments ? args() : undefined);
      case 'variable':
        if (head.path.length > 0)
          return this.#fields(head, this.#lookup(head.name), head.path, hasArguments ? args() : undefined);
        break;
      case 'nil':
        this.#fail(head, 'nil is not a command');
        break;
      case 'dot':
      case 'literal':
      case 'pipe':
        break;
    }
    if (hasArguments) this.#fail(head, `can't give argument to non-function ${head.text}`);
    return this.#operand(head, dot);
  }

  #lookup(name: string): unknown {
    return this.#variables.findLast((variable) => variable.name === name)?.value;
  }

  #operand(operand: Operand, dot: unknown): unknown {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return null;
      case 'literal':
        return operand.value;
      case 'field':
        return this.#fields(operand, dot, operand.path, undefined);
      case 'variable':
        return this.#fields(operand, this.#lookup(operand.name), operand.path, undefined);
      case 'pipe': {
        const value = this.#pipe(operand.pipe, dot);
        // Go's place is still in there.
        const last = lastEvaluated(operand.pipe) ?? operand;
        const [field] = operand.path;
        if (field !== undefined && last.kind === 'literal' && operand.pipe.commands[0]?.operands.length === 1)
          this.#fail(last, `can't evaluate field ${field} in type ${goType(value)}`);
        return this.#fields(operand.path.length === 0 ? operand : last, value, operand.path, undefined);
      }
      case 'function':
        return this.#function(operand, [], dot, []);
    }
  }

  #function(
    head: Extract<Operand, { kind: 'function' }>,
    rest: readonly Operand[],
    dot: unknown,
    piped: readonly unknown[],
  ): unknown {
    const { name } = head;
    const command = { offset: head.offset, text: [head, ...rest].map((operand) => operand.text).join(' ') };
    if (name === 'and' || name === 'or') {
      if (rest.length + piped.length === 0) this.#fail(head, `wrong number of args for ${name}: want at least 1 got 0`);
      // Stops at the first operand that decides.
      let value: unknown;
      for (const operand of rest) {
        value = this.#operand(operand, dot);
        if (isTrue(value) === (name === 'or')) return value;
      }
      return piped.length > 0 ? piped[0] : value;
    }
    const args = [...rest.map((operand) => this.#operand(operand, dot)), ...piped];
    if (name === 'not') {
      if (args.length !== 1) this.#fail(head, `wrong number of args for not: want 1 got ${args.length}`);
      return !isTrue(args[0]);
    }
    if (name === 'call') {
      const [target] = rest;
      if (target === undefined) this.#fail(head, 'wrong number of args for call: want at least 1 got 0');
      // No value here is a function.
      this.#fail(command, `error calling call: non-function ${target.text} of type ${goType(args[0])}`);
    }
    const callee = this.#options.functions[name];
    if (callee === undefined) this.#fail(head, `${goQuote(name)} is not a defined function`);
    if (args.length < callee.min || args.length > callee.max) {
      const want = callee.max === Number.POSITIVE_INFINITY ? `at least ${callee.min}` : String(callee.max);
      this.#fail(head, `wrong number of args for ${name}: want ${want} got ${args.length}`);
    }
    for (const [at, type] of (callee.parameters ?? []).entries()) {
      this.#checkType(type, args[at], rest[at], rest[at] ?? rest.at(-1) ?? head);
    }
    try {
      return callee.call(args);
    } catch (error) {
      this.#fail(command, `error calling ${name}: ${(error as Error).message}`);
    }
  }

  /** @param operand undefined for what came through a pipe */
  #checkType(type: ParameterType, value: unknown, operand: Operand | undefined, place: Place): void {
    const fits =
      type === 'any' ||
      (type === 'int' && typeof value === 'number' && Number.isInteger(value)) ||
      (type === '[]string' && value instanceof TypedNil && value.kind === 'slice') ||
      goType(value) === type;
    if (fits) return;
    const literal = operand?.kind === 'literal' && type !== '[]string';
    this.#fail(
      place,
      literal
        ? `expected ${type === 'int' ? 'integer' : type}; found ${operand.text}`
        : `wrong type for value; expected ${type}; got ${goType(value)}`,
    );
  }

  /** @param args given to the last field, when it is called */
  #fields(place: Place, start: unknown, path: readonly string[], args: Arguments | undefined): unknown {
    let value = start;
    for (const [at, name] of path.entries()) {
      value = this.#field(place, value, path[at - 1] ?? '', name, at === path.length - 1 ? args : undefined);
    }
    return value;
  }

  #field(place: Place, receiver: unknown, owner: string, name: string, args: Arguments | undefined): unknown {
    // What a map does not have has nothing, either.
    if (receiver === undefined) return undefined;
    if (receiver === null) {
      this.#fail(place, `nil data; no entry for key ${goQuote(name)}`);
    }
    if (receiver instanceof TemplateStruct) return this.#structField(place, receiver, name, args);
    if (receiver instanceof TypedNil) {
      if (receiver.kind === 'map') return undefined;
      if (receiver.absent) this.#fail(place, `map has no entry for key ${goQuote(owner)}`);
      this.#fail(place, `nil pointer evaluating interface {}.${name}`);
    }
    if (!isMap(receiver)) {
      // Decoded JSON is of no type that Go knows.
      const type = this.#options.missingKey === 'error' ? 'interface {}' : goType(receiver);
      this.#fail(place, `can't evaluate field ${name} in type ${type}`);
    }
    if (args !== undefined) this.#fail(place, `${name} is not a method but has arguments`);
    if (Object.hasOwn(receiver, name) && !isJsonOnly(receiver, name)) return receiver[name];
    const field = goField(receiver, name);
    if (field !== undefined) return field.value;
    if (this.#options.missingKey === 'error' && !isOpen(receiver))
      this.#fail(place, `map has no entry for key ${goQuote(name)}`);
    return undefined;
  }

  #structField(place: Place, receiver: TemplateStruct, name: string, args: Arguments | undefined): unknown {
    if (!Object.hasOwn(receiver.fields, name))
      this.#fail(place, `can't evaluate field ${name} in type ${receiver.typeName}`);
    const field = receiver.fields[name];
    if (typeof field !== 'function') {
      if (args !== undefined) this.#fail(place, `${name} has arguments but cannot be invoked as function`);
      return field;
    }
    const given = args?.values.length ?? 0;
    if (given !== field.length)
      this.#fail(place, `wrong number of args for ${name}: want ${field.length} got ${given}`);
    // Docker's methods take texts.
    for (const [at, value] of (args?.values ?? []).entries())
      this.#checkType('string', value, args?.operands[at], args?.operands[at] ?? place);
    return (field as TemplateMethod)(...(args?.values ?? []));
  }
}

/** What Go looked at last, and says so when the pipe's value is no good. */
function lastEvaluated(pipe: Pipe): Operand | undefined {
  const last = pipe.commands.at(-1)?.operands.at(-1);
  return last?.kind === 'pipe' ? (lastEvaluated(last.pipe) ?? last) : last;
}

/** @throws TemplateError */
export function execute(template: ParsedTemplate, data: unknown, options: ExecuteOptions): string {
  const executor = new Executor(template, data, options);
  try {
    return executor.run(data);
  } catch (error) {
    if (error instanceof TemplateError) error.partial = executor.output;
    throw error;
  }
}
