// `filters` of list endpoints: {"name":["a"],"label":["k=v"]}, or Docker's older {"name":{"a":true}}.
import { DrydockError } from '../../contracts/errors.ts';

export class Filters {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** @param accepted undefined takes every key. @throws DrydockError `invalid-argument`: invalid filter */
  static parse(json: string | undefined, accepted?: readonly string[]): Filters {
    const values = new Map<string, readonly string[]>();
    for (const [key, value] of Object.entries(parseObject(json ?? ''))) {
      if (accepted !== undefined && !accepted.includes(key))
        throw new DrydockError('invalid-argument', `invalid filter '${key}'`);
      values.set(key, valuesIn(value));
    }
    return new Filters(values);
  }

  /** Asked for, perhaps with no value. */
  has(key: string): boolean {
    return this.#values.has(key);
  }

  values(key: string): readonly string[] {
    return this.#values.get(key) ?? [];
  }

  /** True when nothing is asked of `key`, or one of its values is exactly `value`. */
  exact(key: string, value: string): boolean {
    const values = this.values(key);
    return values.length === 0 || values.includes(value);
  }

  /** As `exact`, but a value may also be how `value` begins. */
  prefix(key: string, value: string): boolean {
    const values = this.values(key);
    return values.length === 0 || values.some((prefix) => value.startsWith(prefix));
  }

  /** As `exact`, but the values are also regular expressions. */
  match(key: string, value: string): boolean {
    const values = this.values(key);
    return values.length === 0 || values.some((pattern) => pattern === value || matches(pattern, value));
  }

  /** Yes or no, undefined when it is not asked for. @throws DrydockError `invalid-argument` */
  flag(key: string): boolean | undefined {
    if (!this.has(key)) return undefined;
    const values = this.values(key);
    if (values.length === 0) throw new DrydockError('invalid-argument', `invalid filter '${key}'`);
    const isTrue = values.some((value) => ['1', 'true'].includes(value));
    const isFalse = values.some((value) => ['0', 'false'].includes(value));
    if (isTrue !== isFalse) return isTrue;
    throw new DrydockError('invalid-argument', `invalid filter '${key}=[${values.join(' ')}]'`);
  }

  /** What prune commands ask of labels: all of `label` are there, and not all of `label!`. */
  pruneLabels(labels: Readonly<Record<string, string>>): boolean {
    return this.labels('label', labels) && (this.values('label!').length === 0 || !this.labels('label!', labels));
  }

  /** Every `k` and `k=v` asked for is there. */
  labels(key: string, labels: Readonly<Record<string, string>>): boolean {
    return this.values(key).every((wanted) => {
      const [name = '', value] = wanted.split(/=(.*)/s, 2);
      return Object.hasOwn(labels, name) && (value === undefined || labels[name] === value);
    });
  }
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern).test(value);
  } catch {
    return false;
  }
}

/** @throws DrydockError `invalid-argument` for what Go would not take for a list of texts, or a set of them */
function valuesIn(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  const entries = Object.entries(Object(value) as Record<string, unknown>);
  const isSet =
    typeof value === 'object' && !Array.isArray(value) && entries.every(([, is]) => typeof is === 'boolean');
  if (isSet) return entries.filter(([, is]) => is === true).map(([name]) => name);
  throw new DrydockError('invalid-argument', 'invalid filter');
}

function parseObject(json: string): Record<string, unknown> {
  if (json === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return Object.fromEntries(Object.entries(value));
  } catch {
    // Falls through: not JSON is as wrong as not an object.
  }
  throw new DrydockError('invalid-argument', 'invalid filter');
}
