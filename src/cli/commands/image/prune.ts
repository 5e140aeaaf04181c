// docker image prune
import { noArguments } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { pruneImages } from '../../prune/prune-kinds.ts';
import { runPrune } from '../../prune/run-prune.ts';

export const imagePrune = defineCommand({
  use: 'prune [OPTIONS]',
  summary: 'Delete images that nobody uses',
  arguments: noArguments,
  flags: {
    all: boolFlag('Images with a name, too', { short: 'a' }),
    filter: filterFlag('Only those that match (such as "until=<timestamp>")'),
    force: boolFlag('Do not ask', { short: 'f' }),
  },
  run: (context, { options }) =>
    runPrune(context, {
      options,
      what: `all ${options.all ? 'images without at least one container associated to them' : 'dangling images'}`,
      prune: (filters) => pruneImages(context, filters, options.all),
    }),
});
