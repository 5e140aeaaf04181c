// docker container prune
import { noArguments } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { defineCommand } from '../../command.ts';
import type { Filters } from '../../flags/list-flags.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import type { PruneReport } from '../../prune/prune-report.ts';
import { deletedLines, printReclaimed, pruneOf, withDefaultFilters } from '../../prune/prune-report.ts';
import { confirm } from '../../stream/confirm.ts';

interface Answer {
  readonly ContainersDeleted?: readonly string[] | null;
  readonly SpaceReclaimed?: number;
}

export function pruneContainers(context: CliContext, filters: Filters): Promise<PruneReport> {
  return pruneOf<Answer>(context, { path: '/containers/prune', filters }, ({ ContainersDeleted }) =>
    deletedLines('Containers', ContainersDeleted ?? []),
  );
}

const WARNING = 'WARNING! This will remove all stopped containers.\nAre you sure you want to continue?';

export const containerPrune = defineCommand({
  use: 'prune [OPTIONS]',
  summary: 'Delete all containers that are not running',
  arguments: noArguments,
  flags: {
    filter: filterFlag('Only those that match (such as "until=<timestamp>")'),
    force: boolFlag('Do not ask', { short: 'f' }),
  },
  async run(context, { options }) {
    const filters = await withDefaultFilters(context, options.filter);
    if (!options.force && !(await confirm(context, WARNING))) return;
    const report = await pruneContainers(context, filters);
    if (report.deleted !== '') await context.out.line(report.deleted);
    await printReclaimed(context, [report]);
  },
});
