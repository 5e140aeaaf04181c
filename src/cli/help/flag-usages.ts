// The `Options:` block of a help page.
import type { AnyFlag, FlagTable } from '../flags/flag.ts';
import { wrapUsage } from './wrap.ts';

function isShown(flag: AnyFlag): boolean {
  return (
    flag.hidden !== true && flag.deprecated === undefined && flag.aliasOf === undefined && flag.needs === undefined
  );
}

/** Lines for every visible flag, sorted by name. `columns` is the terminal's width. */
export function flagUsages(flags: FlagTable, columns: number): string {
  const rows = Object.entries(flags)
    .filter(([, flag]) => isShown(flag))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => {
      const label = flag.short === undefined || name === 'help' ? `      --${name}` : `  -${flag.short}, --${name}`;
      const suffix = flag.defaultText === '' ? '' : ` (default ${flag.defaultText})`;
      return { head: flag.type === 'bool' ? label : `${label} ${flag.type}`, text: flag.usage + suffix };
    });
  const width = Math.max(0, ...rows.map(({ head }) => head.length));
  return rows
    .map(({ head, text }) => `${head.padEnd(width)}   ${wrapUsage(text, width + 3, columns - 1)}`.trimEnd())
    .join('\n');
}
