// docker system df
import { noArguments } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { humanSize } from '../../format/human-size.ts';
import type { Row } from '../../format/table.ts';
import { renderListing, rowJson, templateSource } from '../../format/table.ts';
import { LIST_FORMAT_HELP } from '../../help/shared-texts.ts';
import { Template } from '../../template/template.ts';
import { TemplateStruct } from '../../template/values.ts';
import { BUILD_CACHE_HEADERS, buildCacheRow, byLastUse } from '../builder/build-cache-row.ts';
import { CONTAINER_HEADERS, containerRow } from '../container/container-row.ts';
import { firstNameRow, IMAGE_HEADERS } from '../image/image-row.ts';
import { VOLUME_HEADERS, volumeRow } from '../volume/volume-row.ts';
import type { DiskUsage } from './disk-usage.ts';
import { buildCacheBytes, USAGE_HEADERS, usageRows } from './disk-usage.ts';

const TABLE = 'table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}';
const RAW = `type: {{.Type}}
total: {{.TotalCount}}
active: {{.Active}}
size: {{.Size}}
reclaimable: {{.Reclaimable}}
`;

interface Section {
  readonly field: string;
  readonly title: string;
  readonly typeName: string;
  readonly table: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

function sections(usage: DiskUsage, truncate: boolean): Section[] {
  return [
    {
      field: 'Images',
      title: 'Images space usage:',
      typeName: '*formatter.imageContext',
      table:
        'table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}',
      headers: IMAGE_HEADERS,
      rows: (usage.Images ?? []).map((image) => firstNameRow(image, truncate)).filter((row) => row !== undefined),
    },
    {
      field: 'Containers',
      title: 'Containers space usage:',
      typeName: '*formatter.ContainerContext',
      table:
        'table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}',
      headers: CONTAINER_HEADERS,
      // Only what is the container's own.
      rows: (usage.Containers ?? []).map((container) => containerRow({ ...container, SizeRootFs: 0 }, truncate)),
    },
    {
      field: 'Volumes',
      title: 'Local Volumes space usage:',
      typeName: '*formatter.volumeContext',
      table: 'table {{.Name}}\t{{.Links}}\t{{.Size}}',
      headers: VOLUME_HEADERS,
      rows: (usage.Volumes ?? []).map(volumeRow),
    },
    {
      field: 'BuildCache',
      title: `Build cache usage: ${humanSize(buildCacheBytes(usage))}`,
      typeName: '*formatter.buildCacheContext',
      table:
        'table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}',
      headers: BUILD_CACHE_HEADERS,
      rows: [...(usage.BuildCache ?? [])].sort(byLastUse).map((record) => buildCacheRow(record, truncate)),
    },
  ];
}

function verboseTables(usage: DiskUsage): string {
  return sections(usage, true)
    .map((section) => `${section.title}\n\n${renderListing({ ...section, format: section.table })}`)
    .join('\n');
}

/** One template over everything, not one a line. */
function verboseTemplate(usage: DiskUsage, format: string): string {
  const truncate = format.startsWith('table');
  const lists = sections(usage, truncate).map(({ field, typeName, rows }) => [
    field,
    rows.map((row) => new TemplateStruct(typeName, row, () => rowJson(row))),
  ]);
  const data = new TemplateStruct('*formatter.diskUsageContext', Object.fromEntries(lists) as Row);
  let template: Template;
  try {
    template = new Template(templateSource(format));
  } catch (error) {
    throw new CliError(`template parsing error: ${errorText(error)}`);
  }
  return template.render(data);
}

export const df = defineCommand({
  use: 'df [OPTIONS]',
  summary: 'Show how much disk images, containers and volumes take',
  arguments: noArguments,
  flags: {
    format: stringFlag(LIST_FORMAT_HELP),
    verbose: boolFlag('Show each of them', { short: 'v' }),
  },
  async run(context, { options }) {
    const usage = await context.engine.json<DiskUsage>('GET', '/system/df');
    const format = options.format === '' ? 'table' : options.format;
    if (options.verbose)
      return context.out.write(format === 'table' ? verboseTables(usage) : verboseTemplate(usage, format));
    const text = renderListing({
      format: format === 'table' ? TABLE : format === 'raw' ? RAW : format,
      typeName: '*formatter.diskUsageImagesContext',
      headers: USAGE_HEADERS,
      rows: usageRows(usage),
    });
    await context.out.write(text);
  },
});
