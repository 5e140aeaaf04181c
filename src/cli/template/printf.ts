// Go's fmt verbs, as far as templates use them: `{{printf "%-12.12s %5d" .Name .Size}}`.
import { goQuote, goQuoteRune } from '../format/go-quote.ts';
import { goPrint, goType } from './values.ts';

const VERB = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(.)/gsu;

/** Go's fmt.Sprintf. Mistakes show inside the result, as in Go (`%!d(string=x)`). */
export function goSprintf(format: string, args: readonly unknown[]): string {
  let next = 0;
  const text = format.replace(
    VERB,
    (whole, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      const size = width === '*' ? Number(args[next++]) : Number(width ?? 0);
      const hasPrecision = /\.[^%]*.$/s.test(whole.slice(0, -verb.length) + verb) && whole.includes('.');
      const digits = hasPrecision ? (precision === '*' ? Number(args[next++]) : Number(precision ?? 0)) : undefined;
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const body = formatVerb(verb, args[next++], flags, digits);
      if (flags.includes('-')) return body.padEnd(size);
      const zero = flags.includes('0') && /[dxXobfgeE]/.test(verb);
      if (!zero) return body.padStart(size);
      const sign = /^[+-]/.exec(body)?.[0] ?? '';
      return sign + body.slice(sign.length).padStart(size - sign.length, '0');
    },
  );
  if (next >= args.length) return text;
  const extra = args.slice(next).map((value) => `${goType(value)}=${goPrint(value)}`);
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

function formatVerb(verb: string, value: unknown, flags: string, digits: number | undefined): string {
  const wrong = () => `%!${verb}(${goType(value)}=${goPrint(value)})`;
  if (Array.isArray(value) && 'sqdxX'.includes(verb)) {
    return `[${value.map((item) => formatVerb(verb, item, flags, digits)).join(' ')}]`;
  }
  switch (verb) {
    case 'v':
      return flags.includes('#') && typeof value === 'string' ? goQuote(value) : goPrint(value);
    case 's': {
      if (typeof value === 'number' || typeof value === 'boolean') return wrong();
      if (value === null || value === undefined) return '%!s(<nil>)';
      return [...goPrint(value)].slice(0, digits).join('');
    }
    case 'q':
      if (typeof value === 'number') return goQuoteRune(String.fromCodePoint(value));
      return typeof value === 'string' ? goQuote(value) : wrong();
    case 't':
      return typeof value === 'boolean' ? String(value) : wrong();
    case 'T':
      return goType(value);
    case 'x':
    case 'X': {
      let hex: string;
      if (typeof value === 'number') hex = value.toString(16);
      else if (typeof value === 'string')
        hex = [...new TextEncoder().encode(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      else return wrong();
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    case 'd':
    case 'o':
    case 'b':
    case 'c':
      return typeof value === 'number' && Number.isInteger(value) ? formatInteger(verb, value, flags) : wrong();
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      return typeof value === 'number' ? formatFloat(verb, value, digits) : wrong();
    default:
      return wrong();
  }
}

function formatInteger(verb: string, value: number, flags: string): string {
  if (verb === 'c') return String.fromCodePoint(value);
  const text = verb === 'd' ? value.toFixed(0) : value.toString(verb === 'o' ? 8 : 2);
  return flags.includes('+') && value >= 0 ? `+${text}` : text;
}

function formatFloat(verb: string, value: number, digits: number | undefined): string {
  const lower = verb.toLowerCase();
  let text: string;
  if (lower === 'f') text = value.toFixed(digits ?? 6);
  else if (lower === 'e') text = value.toExponential(digits ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
  else text = digits === undefined ? goPrint(value) : formatG(value, digits);
  return verb === lower ? text : text.toUpperCase();
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
