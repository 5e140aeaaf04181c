// The frame of `docker <kind> prune`: asks first, unless -f says not to, then tells what went.
import type { CliContext } from '../cli-context.ts';
import type { Filters } from '../flags/list-flags.ts';
import { confirm } from '../stream/confirm.ts';
import type { PruneReport } from './prune-report.ts';
import { printReclaimed, withDefaultFilters } from './prune-report.ts';

interface PruneRun {
  readonly options: { readonly filter: Filters; readonly force: boolean };
  /** What goes, in words: `all stopped containers`. */
  readonly what: string;
  /** Gets the filters with those of config.json; may refuse them, before anything is asked. */
  readonly prepare?: (filters: Filters) => Filters;
  readonly prune: (filters: Filters) => Promise<PruneReport>;
}

export async function runPrune(context: CliContext, { options, what, prepare, prune }: PruneRun): Promise<void> {
  const asked = await withDefaultFilters(context, options.filter);
  const filters = prepare === undefined ? asked : prepare(asked);
  const question = `WARNING! This will remove ${what}.\nAre you sure you want to continue?`;
  if (!options.force && !(await confirm(context, question))) return;
  const report = await prune(filters);
  if (report.deleted !== '') await context.out.line(report.deleted);
  await printReclaimed(context, [report]);
}
