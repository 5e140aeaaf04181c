// A Dockerfile's text as instructions: comments dropped, continued lines joined (BuildKit: frontend/dockerfile/parser).
import { DEFAULT_ESCAPE } from './words.ts';

export interface LogicalLine {
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

export function logicalLines(source: string, escape = DEFAULT_ESCAPE): LogicalLine[] {
  const escaped = escape === DEFAULT_ESCAPE ? '\\\\' : escape;
  const continued = new RegExp(`([^${escaped}])${escaped}[ \\t]*$|^${escaped}[ \\t]*$`);
  const found: LogicalLine[] = [];
  let open: { text: string; line: number } | undefined;
  const close = (): void => {
    if (open !== undefined && open.text !== '') found.push(open);
    open = undefined;
  };
  for (const [index, raw] of source.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    if (/^\s*#/.test(line)) continue;
    if (line.trim() === '') continue;
    const goesOn = continued.test(line);
    const text = goesOn ? line.replace(continued, '$1') : line;
    open = open === undefined ? { text: text.trimStart(), line: index + 1 } : { ...open, text: open.text + text };
    if (!goesOn) close();
  }
  close();
  return found;
}
