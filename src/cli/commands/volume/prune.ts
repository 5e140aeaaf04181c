// docker volume prune
import { noArguments } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { filterFlag, withFilter } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { pruneVolumes } from '../../prune/prune-kinds.ts';
import { printReclaimed, withDefaultFilters } from '../../prune/prune-report.ts';
import { confirm } from '../../stream/confirm.ts';

const question = (which: string): string =>
  `WARNING! This will remove ${which} local volumes not used by at least one container.\nAre you sure you want to continue?`;

export const volumePrune = defineCommand({
  use: 'prune [OPTIONS]',
  summary: 'Delete volumes that nobody uses',
  arguments: noArguments,
  flags: {
    all: boolFlag('Volumes with a name, too', { short: 'a' }),
    filter: filterFlag('Only those that match (such as "label=<label>")'),
    force: boolFlag('Do not ask', { short: 'f' }),
  },
  async run(context, { options }) {
    let filters = await withDefaultFilters(context, options.filter);
    if (options.all) {
      if (filters['all'] !== undefined) {
        throw new CliError('conflicting options: cannot specify both --all and --filter all=1');
      }
      filters = withFilter(filters, 'all', 'true');
    }
    if (!options.force && !(await confirm(context, question(options.all ? 'all' : 'anonymous')))) return;
    const report = await pruneVolumes(context, filters);
    if (report.deleted !== '') await context.out.line(report.deleted);
    await printReclaimed(context, [report]);
  },
});
