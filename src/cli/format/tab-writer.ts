// Aligns columns as Go's text/tabwriter does: a column is a run of neighbouring lines that have a tab at that place,
// so that a line without tabs starts a new table.
import { displayWidth } from './display-width.ts';

export interface TabOptions {
  readonly minWidth: number;
  readonly padding: number;
}

/** Docker's tables. */
export const TABLE_TABS: TabOptions = { minWidth: 10, padding: 3 };

export function alignTabs(text: string, { minWidth, padding }: TabOptions): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((cells) => new Array<number>(cells.length).fill(0));
  const columns = Math.max(...lines.map((cells) => cells.length)) - 1;
  for (let column = 0; column < columns; column += 1) {
    let block: number[] = [];
    // A line's last cell belongs to no column: nothing is aligned after it.
    for (let row = 0; row <= lines.length; row += 1) {
      if (column < (lines[row]?.length ?? 0) - 1) {
        block.push(row);
        continue;
      }
      const width = Math.max(minWidth, ...block.map((member) => displayWidth(lines[member]?.[column] ?? '') + padding));
      for (const member of block) (widths[member] as number[])[column] = width;
      block = [];
    }
  }
  return lines
    .map((cells, row) =>
      cells
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[row]?.[column] ?? 0) - displayWidth(cell))))
        .join(''),
    )
    .join('\n');
}
