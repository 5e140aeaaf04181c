// The functions Docker adds to Go's for `--format`, and what they become in a table's header.
import type { TemplateFunction } from './builtin-functions.ts';
import { goJson, goType, TypedNil } from './values.ts';

class WrongType extends Error {}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new WrongType(`wrong type for value; expected string; got ${goType(value)}`);
}

function integer(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new WrongType(`wrong type for value; expected int; got ${goType(value)}`);
}

function texts(value: unknown): readonly string[] {
  if (value instanceof TypedNil && value.kind === 'slice') return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw new WrongType(`wrong type for value; expected []string; got ${goType(value)}`);
}

const capitalize = (value: string) =>
  value.replace(/(^|[^\p{L}\p{Nd}_'])(\p{L})/gu, (_, gap: string, letter: string) => gap + letter.toUpperCase());

/** Bytes, not characters: Docker cuts so. */
function truncate(value: string, bytes: number): string {
  const encoded = new TextEncoder().encode(value);
  return encoded.length < bytes ? value : new TextDecoder().decode(encoded.slice(0, bytes));
}

function pad(value: string, before: number, after: number): string {
  return value === '' ? value : ' '.repeat(Math.max(0, before)) + value + ' '.repeat(Math.max(0, after));
}

const fixed = (count: number, call: TemplateFunction['call']): TemplateFunction => ({ min: count, max: count, call });

export const DOCKER_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  json: fixed(1, ([value]) => goJson(value)),
  split: fixed(2, ([value, separator]) => text(value).split(text(separator))),
  join: fixed(2, ([values, separator]) => texts(values).join(text(separator))),
  title: fixed(1, ([value]) => capitalize(text(value))),
  lower: fixed(1, ([value]) => text(value).toLowerCase()),
  upper: fixed(1, ([value]) => text(value).toUpperCase()),
  pad: fixed(3, ([value, before, after]) => pad(text(value), integer(before), integer(after))),
  truncate: fixed(2, ([value, bytes]) => truncate(text(value), integer(bytes))),
};

const asItIs = (count: number) => fixed(count, ([value]) => text(value));

/** In a header the column's name must stay what it is. */
export const HEADER_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  ...DOCKER_FUNCTIONS,
  json: asItIs(1),
  split: asItIs(2),
  join: asItIs(2),
  title: asItIs(1),
  lower: asItIs(1),
  upper: asItIs(1),
  truncate: asItIs(2),
};
