// `--mount` and `--network` take one CSV record, so that a value may hold a comma when it is quoted (Go's encoding/csv).

/** The fields of the first record. @throws Error with Go's text */
export function parseCsv(text: string): string[] {
  if (text === '') throw new Error('EOF');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let field = '';
      at += 1;
      for (;;) {
        const quote = text.indexOf('"', at);
        if (quote < 0)
          throw new Error(`parse error on line 1, column ${text.length + 1}: extraneous or missing " in quoted-field`);
        field += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        field += '"';
        at += 1;
      }
      if (at < text.length && text[at] !== ',' && text[at] !== '\n') {
        throw new Error(`parse error on line 1, column ${at}: extraneous or missing " in quoted-field`);
      }
      fields.push(field);
    } else {
      const end = /[,\n]|$/.exec(text.slice(at))?.index ?? 0;
      const field = text.slice(at, at + end);
      const quote = field.indexOf('"');
      if (quote >= 0) throw new Error(`parse error on line 1, column ${at + quote + 1}: bare " in non-quoted-field`);
      fields.push(field);
      at += end;
    }
    if (text[at] !== ',') return fields;
    at += 1;
  }
}
