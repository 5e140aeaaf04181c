// docker network ls
import { noArguments } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { filtersQuery } from '../../engine/filters-query.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { naturalOrder } from '../../format/natural-order.ts';
import { renderListing } from '../../format/table.ts';
import { LIST_FORMAT_HELP } from '../../help/shared-texts.ts';
import type { NetworkSummary } from './network-row.ts';
import { NETWORK_HEADERS, networkRow } from './network-row.ts';

const TABLE = 'table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}';
const RAW = 'network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n';

function chosenFormat(format: string, quiet: boolean): string {
  if (format === 'table') return quiet ? '{{.ID}}' : TABLE;
  if (format === 'raw') return quiet ? 'network_id: {{.ID}}' : RAW;
  return format;
}

export const networkLs = defineCommand({
  use: 'ls [OPTIONS]',
  summary: 'List networks',
  aliases: ['list'],
  aliasLine: 'docker network ls, docker network list',
  arguments: noArguments,
  flags: {
    filter: filterFlag('Only those that match (such as "driver=bridge")', { short: 'f' }),
    format: stringFlag(LIST_FORMAT_HELP),
    'no-trunc': boolFlag('Show whole ids'),
    quiet: boolFlag('Only ids', { short: 'q' }),
  },
  async run(context, { options }) {
    const query = filtersQuery(options.filter);
    const networks = await context.engine.json<readonly NetworkSummary[]>('GET', '/networks', { query });
    const rows = [...networks]
      .sort((a, b) => naturalOrder(a.Name, b.Name))
      .map((network) => networkRow(network, !options['no-trunc']));
    const usual = options.format === '' && !options.quiet ? (await context.config()).networksFormat : undefined;
    const format = chosenFormat(options.format || usual || 'table', options.quiet);
    await context.out.write(
      renderListing({ format, typeName: '*network.networkContext', headers: NETWORK_HEADERS, rows }),
    );
  },
});
