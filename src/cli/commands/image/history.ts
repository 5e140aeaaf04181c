// docker history
import { exactly } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { platformQuery } from '../../create/platform-query.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { ellipsis } from '../../format/display-width.ts';
import { rfc3339 } from '../../format/go-time.ts';
import { humanAgo } from '../../format/human-duration.ts';
import { humanSize } from '../../format/human-size.ts';
import type { Row } from '../../format/table.ts';
import { renderListing } from '../../format/table.ts';
import { LIST_FORMAT_HELP } from '../../help/shared-texts.ts';
import { shortId } from '../../reference/image-reference.ts';

interface HistoryItem {
  readonly Id: string;
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Size: number;
  readonly Comment: string;
}

const HEADERS = {
  ID: 'IMAGE',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  CreatedBy: 'CREATED BY',
  Size: 'SIZE',
  Comment: 'COMMENT',
};

/** Reproducible builds have no date worth showing: everything up to the year 2000. */
const EPOCH_S = Date.UTC(2000, 0, 1) / 1000;
const CREATED_BY_COLUMNS = 45;

function row(item: HistoryItem, truncate: boolean, human: boolean): Row {
  const since = item.Created <= EPOCH_S ? 'N/A' : humanAgo(item.Created);
  const createdBy = item.CreatedBy.replaceAll('\t', ' ');
  return {
    ID: () => (truncate ? shortId(item.Id) : item.Id),
    CreatedAt: () => rfc3339(item.Created),
    CreatedSince: () => (human ? since : rfc3339(item.Created)),
    CreatedBy: () => (truncate ? ellipsis(createdBy, CREATED_BY_COLUMNS) : createdBy),
    Size: () => (human ? humanSize(item.Size, 3) : String(item.Size)),
    Comment: () => item.Comment,
  };
}

function chosenFormat(format: string, quiet: boolean, human: boolean): string {
  if (format !== '' && format !== 'table') return format;
  if (quiet) return '{{.ID}}';
  return `table {{.ID}}\t{{.${human ? 'CreatedSince' : 'CreatedAt'}}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`;
}

export const history = defineCommand({
  use: 'history [OPTIONS] IMAGE',
  summary: 'Show the steps an image was built in',
  aliasLine: 'docker image history, docker history',
  arguments: exactly(1),
  flags: {
    format: stringFlag(LIST_FORMAT_HELP),
    human: boolFlag('Round sizes and dates for people', { short: 'H', initial: true }),
    'no-trunc': boolFlag('Show everything in full length'),
    platform: stringFlag('Of this platform: "os[/arch[/variant]]" (such as "linux/amd64")'),
    quiet: boolFlag('Only IDs', { short: 'q' }),
  },
  async run(context, { options, args: [name = ''] }) {
    const items = await context.engine.json<readonly HistoryItem[]>('GET', `/images/${pathId('image', name)}/history`, {
      query: platformQuery(options.platform),
    });
    const text = renderListing({
      format: chosenFormat(options.format, options.quiet, options.human),
      typeName: '*image.historyContext',
      headers: HEADERS,
      rows: items.map((item) => row(item, !options['no-trunc'], options.human)),
    });
    await context.out.write(text);
  },
});
