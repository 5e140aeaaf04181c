// Go's string and character constants, as they stand in a template.

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The value of a constant with its quotes on. @throws Error for an escape that Go does not know */
export function unquoteGo(constant: string): string {
  const body = constant.slice(1, -1);
  if (constant.startsWith('`')) return body;
  return body.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gu, (_, escape: string) => {
    if (/^[xuU]./.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]{3}$/.test(escape)) return String.fromCodePoint(Number.parseInt(escape, 8));
    const known = ESCAPES[escape];
    if (known === undefined || (escape === "'" && constant.startsWith('"'))) throw new Error('invalid syntax');
    return known;
  });
}
