// docker search
import { exactly } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { filtersQuery } from '../../engine/filters-query.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag, intFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { ellipsis } from '../../format/display-width.ts';
import type { Row } from '../../format/table.ts';
import { renderListing } from '../../format/table.ts';
import { authConfigOf, encodeAuthConfig, keyOf } from '../../registry/auth-config.ts';

interface Found {
  readonly name: string;
  readonly description: string;
  readonly star_count: number;
  readonly is_official: boolean;
}

const HEADERS = { Name: 'NAME', Description: 'DESCRIPTION', StarCount: 'STARS', IsOfficial: 'OFFICIAL' };
const TABLE = 'table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}';
const DESCRIPTION_COLUMNS = 45;

function row({ name, description, star_count, is_official }: Found, truncate: boolean): Row {
  const line = description.replaceAll('\n', ' ').replaceAll('\r', ' ');
  return {
    Name: () => name,
    Description: () => (truncate ? ellipsis(line, DESCRIPTION_COLUMNS) : line),
    StarCount: () => String(star_count),
    IsOfficial: () => (is_official ? '[OK]' : ''),
  };
}

/** Docker Hub, unless the first part looks like a host. */
function domainOf(term: string): string {
  const slash = term.indexOf('/');
  const first = slash < 0 ? '' : term.slice(0, slash);
  return /[.:]/.test(first) || first === 'localhost' ? first : 'docker.io';
}

export const search = defineCommand({
  use: 'search [OPTIONS] TERM',
  summary: 'Look for images in a registry that can be searched',
  common: 10,
  arguments: exactly(1),
  flags: {
    filter: filterFlag('Only those that match', { short: 'f' }),
    format: stringFlag('Show each with a Go template'),
    limit: intFlag('How many at most'),
    'no-trunc': boolFlag('Show everything in full length'),
  },
  async run(context, { options, args: [term = ''] }) {
    if (options.filter['is-automated'] !== undefined) {
      await context.err.line(
        'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" will not yield any results in future.',
      );
    }
    const auth = authConfigOf(await context.config(), keyOf(domainOf(term)));
    const found = await context.engine.json<readonly Found[]>('GET', '/images/search', {
      query: { term, ...(options.limit > 0 && { limit: String(options.limit) }), ...filtersQuery(options.filter) },
      headers: { 'x-registry-auth': encodeAuthConfig(auth) },
    });
    const text = renderListing({
      format: options.format === '' || options.format === 'table' ? TABLE : options.format,
      typeName: '*registry.searchContext',
      headers: HEADERS,
      rows: found.map((one) => row(one, !options['no-trunc'])),
    });
    await context.out.write(text);
  },
});
