// Values as a Go template sees them: what is true, how they print, what their types are called.
import { structMembers } from './go-fields.ts';

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

export type GoMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is GoMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof TemplateStruct) &&
    !(value instanceof TypedNil)
  );
}

export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof TypedNil) return false;
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  if (typeof value === 'number') return value !== 0;
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
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? '[]string' : '[]interface {}';
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
  if (typeof value === 'number') return formatNumber(value);
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

function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  const text = String(value);
  return /e/.test(text) ? text.replace(/e([+-])(\d)$/, 'e$10$2') : text;
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
  return typeof value === 'string' ? escapeJson(value) : JSON.stringify(value);
}
