// How many terminal columns a text takes: East Asian wide characters take two, and image names may hold them.

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

function runeWidth(rune: string): number {
  return WIDE.test(rune) ? 2 : 1;
}

/** One column each: nearly every cell of every table. */
const ASCII = /^[ -~]*$/;

export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const rune of text) width += runeWidth(rune);
  return width;
}

/** At most `columns` wide, with an ellipsis in the last one when something was cut. */
export function ellipsis(text: string, columns: number): string {
  if (ASCII.test(text) && columns > 1) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  const runes = [...text];
  if (columns <= 0) return '';
  if (columns === 1) return runes[0] ?? '';
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const rune of runes) {
    width += runeWidth(rune);
    if (width > columns - 1) break;
    kept += rune;
  }
  return `${kept}…`;
}
