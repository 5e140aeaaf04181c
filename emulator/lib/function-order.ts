// Which function of the kernel goes into which page of its code. The emulator translates a page at a time, and going from one
// translation to another is slow: functions that call each other belong together (docs/decisions/0027).
const PAGE_BYTES = 4096;
const NAME = /^[\w.]+$/;

/**
 * The linker's lines for function-order.txt: a function's name on each line, an empty line where a page ends, `#` before a remark.
 * @throws when a line is neither
 */
export function functionOrder(text: string): string {
  const lines: string[] = [];
  let pageStarts = true;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('#')) continue;
    if (line === '') {
      pageStarts = true;
      continue;
    }
    if (!NAME.test(line)) throw new Error(`Cannot order the function "${line}": line ${index + 1}`);
    if (pageStarts) lines.push(`. = ALIGN(${PAGE_BYTES});`);
    pageStarts = false;
    lines.push(`*(.text.${line})`);
  }
  return `${lines.join('\n')}\n`;
}
