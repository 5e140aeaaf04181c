// Breaks help texts into lines as pflag does, so that a help page has Docker's shape on every width of terminal.

function splitLine(text: string, width: number, slop: number): [string, string] {
  if (width + slop > text.length) return [text, ''];
  const head = text.slice(0, width);
  const space = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\t'), head.lastIndexOf('\n'));
  if (space <= 0) return [text, ''];
  const newline = head.lastIndexOf('\n');
  const cutAt = newline > 0 && newline < space ? newline : space;
  return [text.slice(0, cutAt), text.slice(cutAt + 1)];
}

/** Wraps to `columns`, every line but the first indented by `indent`. */
export function wrapUsage(text: string, indent: number, columns: number): string {
  let margin = indent;
  let result = '';
  if (columns - margin < 24) {
    // Too narrow beside the flags: a block on its own lines.
    margin = 16;
    if (columns - margin < 24) return text.replaceAll('\n', `\n${' '.repeat(margin)}`);
    result = `\n${' '.repeat(margin)}`;
  }
  const pad = `\n${' '.repeat(margin)}`;
  const slop = 5;
  let rest = text;
  const lines: string[] = [];
  do {
    const [line, remainder] = splitLine(rest, columns - margin - slop, slop);
    lines.push(line.replaceAll('\n', pad));
    rest = remainder;
  } while (rest !== '');
  return result + lines.join(pad);
}
