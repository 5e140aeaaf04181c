// docker system prune
import { noArguments } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import type { Filters } from '../../flags/list-flags.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { naturalOrder } from '../../format/natural-order.ts';
import type { PruneReport } from '../../prune/prune-report.ts';
import { printReclaimed, withDefaultFilters } from '../../prune/prune-report.ts';
import { pruneBuildCache, pruneImages, pruneNetworks, pruneVolumes } from '../../prune/prune-kinds.ts';
import { confirm } from '../../stream/confirm.ts';
import { pruneContainers } from '../container/prune.ts';

interface Choice {
  readonly all: boolean;
  readonly volumes: boolean;
}

/** The filters that the question names. */
const NAMED_FILTERS = ['label', 'label!', 'until'];

function question({ all, volumes }: Choice, filters: Filters): string {
  const victims = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
    all ? 'all build cache' : 'unused build cache',
  ];
  const named = NAMED_FILTERS.flatMap((name) => (filters[name] ?? []).map((value) => `${name}=${value}`));
  const item = (text: string) => `  - ${text}`;
  const filtered = ['  Items to be pruned will be filtered with:', ...named.sort(naturalOrder).map(item), ''];
  return [
    'WARNING! This will remove:',
    ...victims.map(item),
    '',
    ...(named.length === 0 ? [] : filtered),
    'Are you sure you want to continue?',
  ].join('\n');
}

/** Containers first: what they used is free then. */
async function pruneAll(context: CliContext, { all, volumes }: Choice, filters: Filters): Promise<PruneReport[]> {
  const steps: (() => Promise<PruneReport>)[] = [
    () => pruneContainers(context, filters),
    () => pruneNetworks(context, filters),
    ...(volumes ? [() => pruneVolumes(context, filters)] : []),
    () => pruneImages(context, filters, all),
    () => pruneBuildCache(context, filters, all),
  ];
  const reports: PruneReport[] = [];
  for (const step of steps) {
    const report = await step();
    if (report.deleted !== '') await context.out.line(report.deleted);
    reports.push(report);
  }
  return reports;
}

export const systemPrune = defineCommand({
  use: 'prune [OPTIONS]',
  summary: 'Delete whatever nobody uses',
  arguments: noArguments,
  flags: {
    all: boolFlag('All unused images, not only those without a name', { short: 'a' }),
    filter: filterFlag('Only those that match (such as "label=<key>=<value>")'),
    force: boolFlag('Do not ask', { short: 'f' }),
    volumes: boolFlag('Anonymous volumes, too'),
  },
  async run(context, { options }) {
    if (options.volumes && options.filter['until'] !== undefined)
      throw new CliError('ERROR: The "until" filter is not supported with "--volumes"');
    const filters = await withDefaultFilters(context, options.filter);
    if (!options.force && !(await confirm(context, question(options, filters)))) return;
    await printReclaimed(context, await pruneAll(context, options, filters));
  },
});
