// The functions Docker adds to Go's for `--format`, and what they become in a table's header.
import type { ParameterType, TemplateFunction } from './builtin-functions.ts';
import { goJson } from './values.ts';

// The executor has seen to the types.
const text = (value: unknown) => value as string;
const integer = (value: unknown) => value as number;
const texts = (value: unknown) => (Array.isArray(value) ? (value as readonly string[]) : []);

/** Go turns rune into rune: what would become two stays. */
const eachRune = (value: string, turn: (rune: string) => string) =>
  Array.from(value, (rune) => ([...turn(rune)].length === 1 ? turn(rune) : rune)).join('');

const capitalize = (value: string) =>
  value.replace(/(^|[^\p{L}\p{Nd}_'])(\p{L})/gu, (_, gap: string, letter: string) => gap + letter.toUpperCase());

/** Bytes, not characters: Docker cuts so. */
function truncate(value: string, bytes: number): string {
  if (bytes < 0) throw new Error(`runtime error: slice bounds out of range [:${bytes}]`);
  const encoded = new TextEncoder().encode(value);
  return encoded.length < bytes ? value : new TextDecoder().decode(encoded.slice(0, bytes));
}

function pad(value: string, before: number, after: number): string {
  if (value === '') return value;
  if (before < 0 || after < 0) throw new Error('strings: negative Repeat count');
  return ' '.repeat(before) + value + ' '.repeat(after);
}

function typed(parameters: readonly ParameterType[], call: TemplateFunction['call']): TemplateFunction {
  return { min: parameters.length, max: parameters.length, parameters, call };
}

export const DOCKER_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  json: typed(['any'], ([value]) => goJson(value)),
  split: typed(['string', 'string'], ([value, separator]) => {
    // Without a separator Go parts runes.
    return separator === '' ? Array.from(text(value)) : text(value).split(text(separator));
  }),
  join: typed(['[]string', 'string'], ([values, separator]) => texts(values).join(text(separator))),
  title: typed(['string'], ([value]) => capitalize(text(value))),
  lower: typed(['string'], ([value]) => eachRune(text(value), (rune) => rune.toLowerCase())),
  upper: typed(['string'], ([value]) => eachRune(text(value), (rune) => rune.toUpperCase())),
  pad: typed(['string', 'int', 'int'], ([value, before, after]) => pad(text(value), integer(before), integer(after))),
  truncate: typed(['string', 'int'], ([value, bytes]) => truncate(text(value), integer(bytes))),
};

const asItIs = (count: number) =>
  typed(
    Array.from({ length: count }, (_, at) => (at === 0 ? 'string' : 'any')),
    ([value]) => value,
  );

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
