// The functions that every Go template has: and, or and not live in the executor, which must not evaluate everything.
import { keyTypeOf } from './go-fields.ts';
import { GoFloat, goPrint, goType, isMap, TypedNil } from './values.ts';
import { goSprintf } from './printf.ts';

export type ParameterType = 'string' | 'int' | '[]string' | 'any';

export interface TemplateFunction {
  readonly min: number;
  readonly max: number;
  /** Of the first parameters, where Go's are typed: the executor refuses others. */
  readonly parameters?: readonly ParameterType[];
  readonly call: (args: readonly unknown[]) => unknown;
}

/** `parameters` with a trailing number of optional ones; -1 takes any number. */
function define(min: number, max: number, call: (...args: readonly unknown[]) => unknown): TemplateFunction {
  return { min, max: max < 0 ? Number.POSITIVE_INFINITY : max, call: (args) => call(...args) };
}

type Kind = 'bool' | 'int' | 'float' | 'string' | 'other';

function basicKind(value: unknown): Kind {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (value instanceof GoFloat) return 'float';
  return typeof value === 'string' ? 'string' : 'other';
}

const isNil = (value: unknown) => value === null || value === undefined || value instanceof TypedNil;
/** Go has no value at all for it, not even one of a type. */
const isNothing = (value: unknown) => value === null || value === undefined;
const plain = (value: unknown) => (value instanceof GoFloat ? value.value : value);

function equal(first: unknown, ...others: readonly unknown[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison');
  const kind = basicKind(first);
  return others.some((other) => {
    if (kind !== basicKind(other)) {
      if (isNothing(first) || isNothing(other)) return false;
      throw new Error('incompatible types for comparison');
    }
    if (kind !== 'other') return plain(first) === plain(other);
    if (isNil(first) || isNil(other)) return isNil(first) === isNil(other);
    throw new Error(`non-comparable type ${goPrint(other)}: ${goType(other)}`);
  });
}

function less(a: unknown, b: unknown): boolean {
  const kind = basicKind(a);
  if (kind !== basicKind(b)) throw new Error('incompatible types for comparison');
  if (kind === 'bool' || kind === 'other') throw new Error('invalid type for comparison');
  return (plain(a) as string | number) < (plain(b) as string | number);
}

function length(value: unknown): number {
  if (typeof value === 'string') return new TextEncoder().encode(value).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof TypedNil && value.kind !== 'pointer') return 0;
  if (isMap(value)) return Object.keys(value).length;
  if (value === null) throw new Error('reflect: call of reflect.Value.Type on zero Value');
  if (value === undefined) throw new Error('len of nil pointer');
  throw new Error(`len of type ${goType(value)}`);
}

function position(key: unknown, size: number, what: 'slice' | 'string'): number {
  if (typeof key !== 'number' || !Number.isInteger(key))
    throw new Error(`cannot index slice/array with type ${goType(key)}`);
  if (key < 0 || key > size) throw new Error(`index out of range: ${key}`);
  // Go's own check is off by one: its reflection tells of the last.
  if (key === size) throw new Error(`reflect: ${what} index out of range`);
  return key;
}

function index(value: unknown, ...keys: readonly unknown[]): unknown {
  let current = value;
  for (const key of keys) {
    if (current === null || current === undefined) throw new Error('index of untyped nil');
    if (Array.isArray(current)) current = current[position(key, current.length, 'slice')];
    else if (typeof current === 'string') {
      const bytes = new TextEncoder().encode(current);
      current = bytes[position(key, bytes.length, 'string')];
    } else if (typeof current === 'object' && keyTypeOf(current) !== undefined) {
      throw new Error(`value has type ${goType(key)}; should be ${keyTypeOf(current) ?? ''}`);
    } else if (isMap(current)) {
      if (typeof key !== 'string') throw new Error(`value has type ${goType(key)}; should be string`);
      // A missing key gives the element type's zero, which prints as nothing in maps of strings.
      current = Object.hasOwn(current, key) ? current[key] : missing(current);
    } else if (current instanceof TypedNil && current.kind === 'map') current = '';
    else if (current instanceof TypedNil && current.kind === 'slice') throw new Error('index of untyped nil');
    else throw new Error(`can't index item of type ${goType(current)}`);
  }
  return current;
}

function missing(map: Readonly<Record<string, unknown>>): unknown {
  const values = Object.values(map);
  return values.length > 0 && values.every((value) => typeof value === 'string') ? '' : null;
}

/** Of a string, bytes: half a character becomes U+FFFD when it is shown. */
function slice(value: unknown, ...bounds: readonly unknown[]): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) throw new Error(`can't slice item of type ${goType(value)}`);
  if (typeof value === 'string' && bounds.length > 2) throw new Error('cannot 3-index slice a string');
  const items = typeof value === 'string' ? new TextEncoder().encode(value) : (value as readonly unknown[]);
  const size = items.length;
  const [from = 0, to = size, capacity = size] = bounds.map((bound) => {
    if (typeof bound !== 'number') throw new Error(`cannot index slice/array with type ${goType(bound)}`);
    if (bound < 0 || bound > size) throw new Error(`index out of range: ${bound}`);
    return bound;
  });
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (to > capacity) throw new Error(`invalid slice index: ${to} > ${capacity}`);
  const part = items.slice(from, to);
  return part instanceof Uint8Array ? new TextDecoder().decode(part) : part;
}

/** Go's fmt.Sprint: a space only between two operands that are not strings. */
function sprint(...args: readonly unknown[]): string {
  return args
    .map((value, at) => {
      const gap = at > 0 && typeof value !== 'string' && typeof args[at - 1] !== 'string';
      return (gap ? ' ' : '') + goPrint(value);
    })
    .join('');
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

const SCRIPT: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

/** Go's template.JSEscapeString. */
function escapeScript(text: string): string {
  return text.replace(/[\\'"<>&=]|[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (rune) => {
    const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return SCRIPT[rune] ?? `\\u${code}`;
  });
}

export const BUILTIN_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  eq: define(1, -1, (first, ...others) => equal(first, ...others)),
  ne: define(2, 2, (a, b) => !equal(a, b)),
  lt: define(2, 2, (a, b) => less(a, b)),
  le: define(2, 2, (a, b) => less(a, b) || equal(a, b)),
  gt: define(2, 2, (a, b) => !less(a, b) && !equal(a, b)),
  ge: define(2, 2, (a, b) => !less(a, b)),
  len: define(1, 1, length),
  index: define(1, -1, index),
  slice: define(1, 4, slice),
  print: define(0, -1, sprint),
  println: define(0, -1, (...args) => `${args.map(goPrint).join(' ')}\n`),
  printf: { ...define(1, -1, (format, ...args) => goSprintf(goPrint(format), args)), parameters: ['string'] },
  html: define(0, -1, (...args) => sprint(...args).replace(/[&<>"']/g, (c) => HTML[c] ?? c)),
  js: define(0, -1, (...args) => escapeScript(sprint(...args))),
  urlquery: define(0, -1, (...args) => encodeURIComponent(sprint(...args)).replaceAll('%20', '+')),
};
