// docker volume prune
import { noArguments } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import type { Filters } from '../../flags/list-flags.ts';
import { filterFlag, withFilter } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { pruneVolumes } from '../../prune/prune-kinds.ts';
import { runPrune } from '../../prune/run-prune.ts';

export const volumePrune = defineCommand({
  use: 'prune [OPTIONS]',
  summary: 'Delete volumes that nobody uses',
  arguments: noArguments,
  flags: {
    all: boolFlag('Volumes with a name, too', { short: 'a' }),
    filter: filterFlag('Only those that match (such as "label=<label>")'),
    force: boolFlag('Do not ask', { short: 'f' }),
  },
  run: (context, { options }) =>
    runPrune(context, {
      options,
      what: `${options.all ? 'all' : 'anonymous'} local volumes not used by at least one container`,
      prepare: (filters) => (options.all ? withAll(filters) : filters),
      prune: (filters) => pruneVolumes(context, filters),
    }),
});

/** @throws CliError */
function withAll(filters: Filters): Filters {
  if (filters['all'] === undefined) return withFilter(filters, 'all', 'true');
  throw new CliError('conflicting options: cannot specify both --all and --filter all=1');
}
