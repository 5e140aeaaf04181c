// docker ps, docker container ls
import { noArguments } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import type { CliContext } from '../../cli-context.ts';
import { defineCommand } from '../../command.ts';
import { filtersQuery } from '../../engine/filters-query.ts';
import type { OptionsOf } from '../../flags/flag.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { boolFlag, intFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { renderListing } from '../../format/table.ts';
import { LIST_FORMAT_HELP } from '../../help/shared-texts.ts';
import { Template } from '../../template/template.ts';
import { TemplateStruct } from '../../template/values.ts';
import type { ContainerSummary } from './container-row.ts';
import { CONTAINER_HEADERS, containerRow } from './container-row.ts';

const TYPE = '*formatter.ContainerContext';
const TABLE = 'table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}';
const RAW = `container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
`;

function chosenFormat(format: string, quiet: boolean, size: boolean): string {
  if (format === 'raw') return quiet ? 'container_id: {{.ID}}' : RAW + (size ? 'size: {{.Size}}\\n' : '');
  if (quiet) return '{{.ID}}';
  if (format === '' || format === 'table') return size ? `${TABLE}\t{{.Size}}` : TABLE;
  return format;
}

const NOTHING: ContainerSummary = {
  Id: '',
  Names: [],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  State: '',
  Status: '',
};

/** Tries the template before the engine is asked, and tells whether it needs the sizes: those cost the engine time. */
function usesSize(format: string): boolean {
  let template: Template;
  try {
    template = new Template(format);
  } catch (error) {
    throw new CliError(`failed to parse template: ${errorText(error)}`);
  }
  let used = false;
  const watched = () => {
    used = true;
    return '0B';
  };
  try {
    template.render(new TemplateStruct(TYPE, { ...containerRow(NOTHING, true), Size: watched }, watched));
  } catch (error) {
    throw new CliError(`failed to execute template: ${errorText(error)}`);
  }
  return used;
}

const psFlags = {
  all: boolFlag('Those that are not running, too', { short: 'a' }),
  filter: filterFlag('Only those that match, such as status=exited', { short: 'f' }),
  format: stringFlag(LIST_FORMAT_HELP),
  last: intFlag('Only the newest so many, running or not', { short: 'n', initial: -1 }),
  latest: boolFlag('Only the newest one, running or not', { short: 'l' }),
  'no-trunc': boolFlag('Show everything in full length'),
  quiet: boolFlag('Only IDs', { short: 'q' }),
  size: boolFlag('Show how much disk they take', { short: 's' }),
};

async function listContainers(
  context: CliContext,
  options: OptionsOf<typeof psFlags>,
  sizeGiven: boolean,
): Promise<void> {
  if (options.format !== '' && options.quiet) {
    await context.err.line('WARNING: Ignoring custom format, because both --format and --quiet are set.');
  }
  const wanted = options.format === '' ? ((await context.config()).psFormat ?? '') : options.format;
  const needsSize = wanted !== '' && usesSize(wanted) && !options.quiet && !sizeGiven;
  const size = options.size || needsSize;
  const limit = options.latest && options.last === -1 ? 1 : options.last;
  const containers = await context.engine.json<readonly ContainerSummary[]>('GET', '/containers/json', {
    query: {
      ...(options.all ? { all: '1' } : {}),
      ...(limit > 0 ? { limit: String(limit) } : {}),
      ...(size ? { size: '1' } : {}),
      ...filtersQuery(options.filter),
    },
  });
  const text = renderListing({
    format: chosenFormat(wanted, options.quiet, size),
    typeName: TYPE,
    headers: CONTAINER_HEADERS,
    rows: containers.map((container) => containerRow(container, !options['no-trunc'])),
  });
  await context.out.write(text);
}

export const ps = defineCommand({
  use: 'ps [OPTIONS]',
  summary: 'List containers',
  aliasLine: 'docker container ls, docker container list, docker container ps, docker ps',
  common: 3,
  arguments: noArguments,
  flags: psFlags,
  run: (context, { options, changed }) => listContainers(context, options, changed('size')),
});

export const ls = { ...ps, use: 'ls [OPTIONS]', aliases: ['ps', 'list'] };
