// Go's fmt verbs, as far as templates use them: `{{printf "%-12.12s %5d" .Name .Size}}`.
import { goQuote, goQuoteRune } from '../../shared/go-quote.ts';
import { structEntries } from './go-fields.ts';
import { formatFloat64, GoFloat, goPrint, goType, isMap, sortedEntries, TypedNil } from './values.ts';

interface Spec {
  readonly verb: string;
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const SPEC = /%([-+# 0]*)(?:\[(\d+)\])?(\*|\d+)?(?:\.(?:\[(\d+)\])?(\*|\d+)?)?(?:\[(\d+)\])?(.)?/gsu;

/** Go's fmt.Sprintf. Mistakes show inside the result, as in Go (`%!d(string=x)`). */
export function goSprintf(format: string, args: readonly unknown[]): string {
  let next = 0;
  let reordered = false;
  const jump = (index: string | undefined): void => {
    if (index === undefined) return;
    reordered = true;
    next = Number(index) - 1;
  };
  const number = (text: string | undefined): number | undefined =>
    text === '*' ? Number(args[next++]) : text === undefined ? undefined : Number(text);
  const text = format.replace(SPEC, (whole: string, ...groups: (string | undefined)[]) => {
    const [flags = '', widthIndex, wide, precisionIndex, precise, valueIndex, verb] = groups;
    if (verb === undefined) return '%!(NOVERB)';
    jump(widthIndex);
    const width = number(wide);
    jump(precisionIndex);
    // `%.s` is `%.0s`.
    const precision = whole.slice(1, -verb.length).includes('.') ? (number(precise) ?? 0) : undefined;
    jump(valueIndex);
    if (verb === '%') return '%';
    if (reordered && (next < 0 || next >= args.length)) return `%!${verb}(BADINDEX)`;
    if (next >= args.length) return `%!${verb}(MISSING)`;
    const left = width !== undefined && width < 0;
    return formatted(args[next++], {
      verb,
      flags: left ? `${flags}-` : flags,
      width: width === undefined ? undefined : Math.abs(width),
      precision,
    });
  });
  if (reordered || next >= args.length) return text;
  const extra = args.slice(next).map((value) => (isNothing(value) ? '<nil>' : `${goType(value)}=${goPrint(value)}`));
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

const isNothing = (value: unknown) => value === null || value === undefined;

function formatted(value: unknown, spec: Spec): string {
  const { verb, flags } = spec;
  if (verb === 'T') return padded(isNothing(value) ? '<nil>' : goType(value), spec);
  if (isNothing(value)) return verb === 'v' ? padded('<nil>', spec) : `%!${verb}(<nil>)`;
  if (Array.isArray(value)) return `[${value.map((item) => formatted(item, spec)).join(' ')}]`;
  if (value instanceof TypedNil && value.kind !== 'pointer') return value.kind === 'slice' ? '[]' : 'map[]';
  if (isMap(value)) {
    const members = structEntries(value);
    const named = members === undefined || flags.includes('+');
    const parts = (members ?? sortedEntries(value)).map(([key, item]) => {
      const name = members === undefined && verb === 'q' ? goQuote(key) : key;
      return `${named ? `${name}:` : ''}${formatted(item, spec)}`;
    });
    return members === undefined ? `map[${parts.join(' ')}]` : `{${parts.join(' ')}}`;
  }
  // What a plus means for %v is said above.
  const body = basic(value, verb === 'v' ? { ...spec, flags: flags.replaceAll('+', '') } : spec);
  if (body === undefined) return `%!${verb}(${goType(value)}=${goPrint(value)})`;
  return padded(body, spec, typeof value === 'number' || value instanceof GoFloat);
}

function padded(body: string, { flags, width = 0, verb }: Spec, isNumber = false): string {
  const missing = width - [...body].length;
  if (missing <= 0) return body;
  if (flags.includes('-')) return body + ' '.repeat(missing);
  if (!flags.includes('0') || !isNumber || 'cqU'.includes(verb)) return ' '.repeat(missing) + body;
  const sign = /^[+ -]?/.exec(body)?.[0] ?? '';
  return sign + '0'.repeat(missing) + body.slice(sign.length);
}

/** Undefined where the verb does not fit. */
function basic(value: unknown, spec: Spec): string | undefined {
  if (typeof value === 'string') return ofText(value, spec);
  if (typeof value === 'boolean') return 'tv'.includes(spec.verb) ? String(value) : undefined;
  if (value instanceof GoFloat) return ofFloat(value.value, spec);
  if (typeof value === 'number') return Number.isInteger(value) ? ofInteger(value, spec) : ofFloat(value, spec);
  return 'sv'.includes(spec.verb) ? goPrint(value) : undefined;
}

function ofText(value: string, { verb, flags, precision }: Spec): string | undefined {
  const cut = precision === undefined ? value : [...value].slice(0, precision).join('');
  if (verb === 'v' && flags.includes('#')) return goQuote(value);
  if (verb === 's' || verb === 'v') return cut;
  if (verb === 'q') return flags.includes('#') && !cut.includes('`') ? `\`${cut}\`` : goQuote(cut);
  if (verb !== 'x' && verb !== 'X') return undefined;
  const bytes = [...new TextEncoder().encode(value)].slice(0, precision);
  const prefix = flags.includes('#') ? '0x' : '';
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  const text = flags.includes(' ') ? hex.map((pair) => prefix + pair).join(' ') : prefix + hex.join('');
  return verb === 'X' ? text.toUpperCase() : text;
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  d: [10, ''],
  v: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, ''],
  x: [16, '0x'],
  X: [16, '0X'],
};

function ofInteger(value: number, { verb, flags, precision }: Spec): string | undefined {
  if (verb === 'c') return String.fromCodePoint(value);
  if (verb === 'q') return goQuoteRune(String.fromCodePoint(value));
  if (verb === 'U') return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`;
  const [base, prefix] = BASES[verb] ?? [];
  if (base === undefined) return undefined;
  const digits = (base === 10 ? Math.abs(value).toFixed(0) : Math.abs(value).toString(base)).padStart(
    precision ?? 0,
    '0',
  );
  const marked = (verb === 'O' ? '0o' : flags.includes('#') ? (prefix ?? '') : '') + digits;
  return signOf(value, flags) + (verb === 'X' ? marked.toUpperCase() : marked);
}

const signOf = (value: number, flags: string) =>
  value < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';

function ofFloat(value: number, { verb, flags, precision }: Spec): string | undefined {
  const lower = verb.toLowerCase();
  const size = Math.abs(value);
  let text: string;
  if (lower === 'f') text = size.toFixed(precision ?? 6);
  else if (lower === 'e') text = size.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
  else if (lower === 'g' || verb === 'v')
    text = precision === undefined ? formatFloat64(size) : formatG(size, precision);
  else return undefined;
  return signOf(value, flags) + (verb === lower ? text : text.toUpperCase());
}

/** Go's %.*g: at most `digits` significant ones, trailing zeros dropped. */
export function formatG(value: number, digits: number): string {
  if (value === 0) return '0';
  const precision = Math.max(1, digits);
  const exponent = Number(value.toExponential(precision - 1).split('e')[1]);
  if (exponent < -4 || exponent >= precision) {
    return value
      .toExponential(precision - 1)
      .replace(/\.?0+e/, 'e')
      .replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = value.toFixed(Math.max(0, precision - 1 - exponent));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
