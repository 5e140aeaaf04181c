// docker image prune
import { noArguments } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { pruneImages } from '../../prune/prune-kinds.ts';
import { printReclaimed, withDefaultFilters } from '../../prune/prune-report.ts';
import { confirm } from '../../stream/confirm.ts';

const question = (which: string): string =>
  `WARNING! This will remove all ${which}.\nAre you sure you want to continue?`;

export const imagePrune = defineCommand({
  use: 'prune [OPTIONS]',
  summary: 'Delete images that nobody uses',
  arguments: noArguments,
  flags: {
    all: boolFlag('Images with a name, too', { short: 'a' }),
    filter: filterFlag('Only those that match (such as "until=<timestamp>")'),
    force: boolFlag('Do not ask', { short: 'f' }),
  },
  async run(context, { options }) {
    const filters = await withDefaultFilters(context, options.filter);
    const which = options.all ? 'images without at least one container associated to them' : 'dangling images';
    if (!options.force && !(await confirm(context, question(which)))) return;
    const report = await pruneImages(context, filters, options.all);
    if (report.deleted !== '') await context.out.line(report.deleted);
    await printReclaimed(context, [report]);
  },
});
