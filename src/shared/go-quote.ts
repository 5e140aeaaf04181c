// Docker's messages quote values as Go's %q does: exact errors and columns (`COMMAND`) need the same escapes.

const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** Nothing in it that would be escaped: most of what is quoted, and a list quotes hundreds. */
const PLAIN = /^[ !#-[\]-~]*$/;

function escapeRune(rune: string, quote: string): string {
  if (rune === quote) return `\\${quote}`;
  const named = NAMED[rune];
  if (named !== undefined) return named;
  const code = rune.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  // What Unicode does not print Go writes as an escape; a lone surrogate cannot be in a Go string at all.
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(rune)) {
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return rune;
}

/** Go's strconv.Quote. */
export function goQuote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return `"${[...text].map((rune) => escapeRune(rune, '"')).join('')}"`;
}

/** Go's strconv.QuoteRune, for one character. */
export function goQuoteRune(rune: string): string {
  return `'${escapeRune(rune, "'")}'`;
}
