// Which function of the kernel goes into which page of its code. The emulator translates a page at a time, and going from one
// translation to another is what it does most: functions that call each other belong together (docs/decisions/0027).
const PAGE_BYTES = 4096;

/** The linker's lines for function-order.txt: a function's name on each line, an empty line where a page ends. */
export function functionOrder(text: string): string {
  const pages = text
    .replace(/^#.*\n/gm, '')
    .split(/\n{2,}/)
    .map((page) => page.trim())
    .filter((page) => page !== '');
  const lines = pages.map((page) =>
    [`. = ALIGN(${PAGE_BYTES});`, ...page.split('\n').map((name) => `*(.text.${name})`)].join('\n'),
  );
  return `${lines.join('\n')}\n`;
}
