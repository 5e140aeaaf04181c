// docker volume ls
import { noArguments } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { filtersQuery } from '../../engine/filters-query.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { naturalOrder } from '../../format/natural-order.ts';
import { renderListing } from '../../format/table.ts';
import { LIST_FORMAT_HELP } from '../../help/shared-texts.ts';
import type { VolumeSummary } from './volume-row.ts';
import { VOLUME_HEADERS, volumeRow } from './volume-row.ts';

const TABLE = 'table {{.Driver}}\t{{.Name}}';
const CLUSTER_TABLE = 'table {{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}';

interface Listed {
  readonly Volumes?: readonly (VolumeSummary & { readonly ClusterVolume?: object })[] | null;
}

function chosenFormat(format: string, quiet: boolean): string {
  if (format === 'table') return quiet ? '{{.Name}}' : TABLE;
  if (format === 'raw') return quiet ? 'name: {{.Name}}' : 'name: {{.Name}}\ndriver: {{.Driver}}\n';
  return format;
}

export const volumeLs = defineCommand({
  use: 'ls [OPTIONS]',
  summary: 'List volumes',
  aliases: ['list'],
  aliasLine: 'docker volume ls, docker volume list',
  arguments: noArguments,
  flags: {
    cluster: boolFlag('Only volumes of the cluster, with what it knows of them', { hidden: true }),
    filter: filterFlag('Only those that match, such as dangling=true', { short: 'f' }),
    format: stringFlag(LIST_FORMAT_HELP),
    quiet: boolFlag('Only names', { short: 'q' }),
  },
  async run(context, { options }) {
    const { Volumes } = await context.engine.json<Listed>('GET', '/volumes', { query: filtersQuery(options.filter) });
    const wanted = (Volumes ?? []).filter(({ ClusterVolume }) => !options.cluster || ClusterVolume !== undefined);
    const rows = [...wanted].sort((a, b) => naturalOrder(a.Name, b.Name)).map(volumeRow);
    const usual = options.format === '' && !options.quiet ? (await context.config()).volumesFormat : undefined;
    const own = options.cluster ? (options.quiet ? 'table' : CLUSTER_TABLE) : options.format || usual || 'table';
    const format = chosenFormat(own, options.quiet);
    await context.out.write(
      renderListing({ format, typeName: '*formatter.volumeContext', headers: VOLUME_HEADERS, rows }),
    );
  },
});
