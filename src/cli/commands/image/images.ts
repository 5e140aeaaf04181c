// docker images, docker image ls
import { atMost } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { filtersQuery } from '../../engine/filters-query.ts';
import { filterFlag, withFilter } from '../../flags/list-flags.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { goQuote } from '../../../shared/go-quote.ts';
import { renderListing } from '../../format/table.ts';
import { LIST_FORMAT_HELP } from '../../help/shared-texts.ts';
import { imageTree } from './image-tree.ts';
import type { ImageSummary } from './image-row.ts';
import { IMAGE_HEADERS, imageRows } from './image-row.ts';

const CREATED = '{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}';
const TABLE = `table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t${CREATED}\t{{.Size}}`;
const DIGEST_TABLE = `table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t${CREATED}\t{{.Size}}`;
const rawFormat = (digests: boolean) => `repository: {{ .Repository }}
tag: {{.Tag}}
${digests ? 'digest: {{.Digest}}\n' : ''}image_id: {{.ID}}
created_at: {{.CreatedAt}}
virtual_size: {{.Size}}
`;

function chosenFormat(format: string, quiet: boolean, digests: boolean): string {
  if (format === '' || format === 'table') return quiet ? '{{.ID}}' : digests ? DIGEST_TABLE : TABLE;
  if (format === 'raw') return quiet ? 'image_id: {{.ID}}' : rawFormat(digests);
  return format.startsWith('table') && digests && !format.includes('{{.Digest}}') ? `${format}\t{{.Digest}}` : format;
}

/** `docker images ls` looks for an image of that name; the user meant `docker image ls`. */
const IMAGE_COMMANDS = 'build history import inspect list load ls prune pull push rm save tag'.split(' ');

export const images = defineCommand({
  use: 'images [OPTIONS] [REPOSITORY[:TAG]]',
  summary: 'List images',
  aliasLine: 'docker image ls, docker image list, docker images',
  common: 7,
  arguments: atMost(1),
  flags: {
    all: boolFlag('Intermediate ones of builds, too', { short: 'a' }),
    digests: boolFlag('Show digests'),
    filter: filterFlag('Only those that match, such as dangling=true', { short: 'f' }),
    format: stringFlag(LIST_FORMAT_HELP),
    'no-trunc': boolFlag('Show everything in full length'),
    quiet: boolFlag('Only IDs', { short: 'q' }),
    tree: boolFlag('Show the platforms below each image (EXPERIMENTAL)'),
  },
  async run(context, { options, args: [name = ''], path }) {
    const filters = name === '' ? options.filter : withFilter(options.filter, 'reference', name);
    if (options.tree) {
      if (options.quiet) throw new CliError('--quiet is not yet supported with --tree');
      if (options['no-trunc']) throw new CliError('--no-trunc is not yet supported with --tree');
      if (options.digests) throw new CliError('--show-digest is not yet supported with --tree');
      if (options.format !== '') throw new CliError('--format is not yet supported with --tree');
      return imageTree(context, filters, options.all);
    }
    const list = await context.engine.json<readonly ImageSummary[]>('GET', '/images/json', {
      query: { ...(options.all ? { all: '1' } : {}), ...filtersQuery(filters) },
    });
    const usual = options.format === '' && !options.quiet ? (await context.config()).imagesFormat : undefined;
    const format = chosenFormat(usual ?? options.format, options.quiet, options.digests);
    const rowOptions = {
      truncate: !options['no-trunc'],
      everyDigest: options.digests,
      withDigests: options.digests || format.includes('{{.Digest}}'),
    };
    const rows = list.flatMap((image) => imageRows(image, rowOptions));
    await context.out.write(
      renderListing({ format, typeName: '*formatter.imageContext', headers: IMAGE_HEADERS, rows }),
    );
    if (list.length === 0 && path === 'docker images' && IMAGE_COMMANDS.includes(name)) {
      await context.err.line(`\nNo images found matching ${goQuote(name)}: did you mean "docker image ${name}"?`);
    }
  },
});

export const imageLs = { ...images, use: 'ls [OPTIONS] [REPOSITORY[:TAG]]', aliases: ['list'] };
