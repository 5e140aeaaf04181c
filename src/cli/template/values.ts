// Values as a Go template sees them: what is true, how they print, what their types are called.
import { isRawList, structMembers } from './go-fields.ts';

/** A nil that knows its Go type: it prints and counts as an empty one. Decoded JSON's null has no type. */
export class TypedNil {
  readonly kind: 'slice' | 'map' | 'pointer';
  /** JSON does not even have the member. */
  readonly absent: boolean;

  constructor(kind: 'slice' | 'map' | 'pointer', absent = false) {
    this.kind = kind;
    this.absent = absent;
  }
}

/** A float64 of the template's own text: `1.0` is no int, and prints in another way than one. */
export class GoFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export type TemplateMethod = (...args: readonly unknown[]) => unknown;

/**
 * A Go struct or a value with methods: its fields are closed, an unknown one is an error.
 * A function is a method; one without parameters is called when it is named.
 */
export class TemplateStruct {
  readonly typeName: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** What `{{json .}}` gives instead of the fields, as JSON text. */
  readonly json: (() => string) | undefined;

  constructor(typeName: string, fields: Readonly<Record<string, unknown>>, json?: () => string) {
    this.typeName = typeName;
    this.fields = fields;
    this.json = json;
  }
}

/** From this exponent on, %g writes one (strconv's choice for the shortest form). */
const SHORT_DIGITS = 6;

export type GoMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is GoMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof TemplateStruct) &&
    !(value instanceof GoFloat) &&
    !(value instanceof TypedNil)
  );
}

export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof TypedNil) return false;
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  if (typeof value === 'number') return value !== 0;
  if (value instanceof GoFloat) return value.value !== 0;
  if (typeof value === 'boolean') return value;
  return isMap(value) ? Object.keys(value).length > 0 : true;
}

/** Names as Go's reflection has them, for errors. */
export function goType(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (value instanceof TypedNil)
    return value.kind === 'slice' ? '[]string' : value.kind === 'map' ? 'map[string]string' : 'nil';
  if (value instanceof TemplateStruct) return value.typeName;
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (value instanceof GoFloat) return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value))
    return !isRawList(value) && value.every((item) => typeof item === 'string') ? '[]string' : '[]interface {}';
  return 'map[string]interface {}';
}

const byteOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export function sortedEntries(map: GoMap): [string, unknown][] {
  return Object.entries(map).sort(([a], [b]) => byteOrder(a, b));
}

/** Go's %v. */
export function goPrint(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (value instanceof TypedNil) return value.kind === 'slice' ? '[]' : value.kind === 'map' ? 'map[]' : '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : formatFloat64(value);
  if (value instanceof GoFloat) return formatFloat64(value.value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(goPrint).join(' ')}]`;
  if (value instanceof TemplateStruct) {
    const text = value.fields['String'];
    if (typeof text === 'function') return String((text as TemplateMethod)());
    const parts = Object.values(value.fields).filter((field) => typeof field !== 'function');
    return `{${parts.map(goPrint).join(' ')}}`;
  }
  const members = structMembers(value as GoMap);
  if (members !== undefined) return `{${members.map(goPrint).join(' ')}}`;
  return `map[${sortedEntries(value as GoMap)
    .map(([key, item]) => `${key}:${goPrint(item)}`)
    .join(' ')}]`;
}

/** Go's %v of a float64: %g with as many digits as it takes. */
export function formatFloat64(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  const count = digits.replace(/[-.]/g, '').length;
  if (exponent < -4 || exponent >= SHORT_DIGITS) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return value.toFixed(Math.max(0, count - 1 - exponent));
}

const escapeJson = (text: string) =>
  JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** Go's encoding/json without HTML escapes; methods and typed nils are resolved. */
export function goJson(value: unknown): string {
  if (value === undefined || value === null || value instanceof TypedNil) return 'null';
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (value instanceof TemplateStruct) return value.json === undefined ? goJson(value.fields) : value.json();
  if (isMap(value)) {
    const members = Object.entries(value).map(([key, item]) => `${escapeJson(key)}:${goJson(item)}`);
    return `{${members.join(',')}}`;
  }
  if (value instanceof GoFloat) return JSON.stringify(value.value);
  return typeof value === 'string' ? escapeJson(value) : JSON.stringify(value);
}
