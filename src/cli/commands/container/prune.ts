// docker container prune
import { noArguments } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { defineCommand } from '../../command.ts';
import type { Filters } from '../../flags/list-flags.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import type { PruneReport } from '../../prune/prune-report.ts';
import { deletedLines, pruneOf } from '../../prune/prune-report.ts';
import { runPrune } from '../../prune/run-prune.ts';

interface Answer {
  readonly ContainersDeleted?: readonly string[] | null;
  readonly SpaceReclaimed?: number;
}

export function pruneContainers(context: CliContext, filters: Filters): Promise<PruneReport> {
  return pruneOf<Answer>(context, { path: '/containers/prune', filters }, ({ ContainersDeleted }) =>
    deletedLines('Containers', ContainersDeleted ?? []),
  );
}

export const containerPrune = defineCommand({
  use: 'prune [OPTIONS]',
  summary: 'Delete all containers that are not running',
  arguments: noArguments,
  flags: {
    filter: filterFlag('Only those that match (such as "until=<timestamp>")'),
    force: boolFlag('Do not ask', { short: 'f' }),
  },
  run: (context, { options }) =>
    runPrune(context, {
      options,
      what: 'all stopped containers',
      prune: (filters) => pruneContainers(context, filters),
    }),
});
