// docker network prune
import { noArguments } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { withDefaultFilters } from '../../prune/prune-report.ts';
import { pruneNetworks } from '../../prune/prune-kinds.ts';
import { confirm } from '../../stream/confirm.ts';

const WARNING =
  'WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue?';

export const networkPrune = defineCommand({
  use: 'prune [OPTIONS]',
  summary: 'Delete networks that nobody uses',
  arguments: noArguments,
  flags: {
    filter: filterFlag('Only those that match (such as "until=<timestamp>")'),
    force: boolFlag('Do not ask', { short: 'f' }),
  },
  async run(context, { options }) {
    const filters = await withDefaultFilters(context, options.filter);
    if (!options.force && !(await confirm(context, WARNING))) return;
    const { deleted } = await pruneNetworks(context, filters);
    if (deleted !== '') await context.out.line(deleted);
  },
});
