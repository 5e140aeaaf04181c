// docker images --tree: each image with its platforms below.
import type { CliContext } from '../../cli-context.ts';
import { filtersQuery } from '../../engine/filters-query.ts';
import type { Filters } from '../../flags/list-flags.ts';
import { ellipsis } from '../../format/display-width.ts';
import { humanSize } from '../../format/human-size.ts';
import { shortId } from '../../reference/image-reference.ts';
import type { ImageSummary } from './image-row.ts';

interface Manifest {
  readonly ID: string;
  readonly Kind: string;
  readonly Available: boolean;
  readonly Size: { readonly Total: number; readonly Content: number };
  readonly ImageData?: {
    readonly Platform?: Readonly<Record<string, string>>;
    readonly Containers?: readonly string[] | null;
  };
}

type TreeImage = ImageSummary & { readonly Manifests?: readonly Manifest[] | null };

interface Details {
  readonly id: string;
  readonly used: boolean;
  readonly cells: readonly [id: string, disk: string, content: string];
}

const GAP = '   ';
const MIN_WIDTH = 20;
const MIN_NAME_WIDTH = 12;
const LEGEND = ' Info ->  U In Use ';

const COLUMNS = [
  { title: 'ID', width: 12, right: false },
  { title: 'DISK USAGE', width: 10, right: true },
  { title: 'CONTENT SIZE', width: 12, right: true },
  { title: 'EXTRA', width: 5, right: false },
] as const;

function details(id: string, diskBytes: number, contentBytes: number, used: boolean): Details {
  return { id, used, cells: [shortId(id), humanSize(diskBytes, 3), humanSize(contentBytes, 3)] };
}

const fit = (text: string, width: number, right: boolean) =>
  text.length > width ? ellipsis(text, width) : right ? text.padStart(width) : text.padEnd(width);

export async function imageTree(context: CliContext, filters: Filters, all: boolean): Promise<void> {
  const list = await context.engine.json<readonly TreeImage[]>('GET', '/images/json', {
    query: { ...(all ? { all: '1' } : {}), manifests: '1', ...filtersQuery(filters) },
  });
  const images = list
    .filter(({ RepoTags, RepoDigests }) => all || (RepoTags ?? []).length + (RepoDigests ?? []).length > 0)
    .sort((a, b) => b.Created - a.Created)
    .map((image) => {
      const manifests = image.Manifests ?? [];
      const children = manifests
        .filter(({ Kind }) => Kind === 'image')
        .map((manifest) => {
          const { os = '', architecture = '', variant = '' } = manifest.ImageData?.Platform ?? {};
          const name = [os, architecture, variant].filter((part) => part !== '').join('/');
          const used = (manifest.ImageData?.Containers ?? []).length > 0;
          return { name, ...details(manifest.ID, manifest.Size.Total, manifest.Size.Content, used) };
        });
      const content = manifests.reduce((sum, { Size }) => sum + Size.Content, 0);
      const used = image.Containers > 0 || children.some((child) => child.used);
      const names = [...(image.RepoTags ?? [])].sort((a, b) => b.length - a.length);
      return {
        names: names.length === 0 ? ['<untagged>'] : names,
        children,
        ...details(image.Id, image.Size, content, used),
      };
    });

  const terminalWidth = Math.max(
    MIN_WIDTH,
    context.session.terminal.stdout ? (context.session.windowSize()?.cols ?? 80) : 80,
  );
  let room = terminalWidth;
  const columns: (typeof COLUMNS)[number][] = [];
  for (const column of COLUMNS) {
    if (room - column.width - GAP.length < MIN_NAME_WIDTH) break;
    room -= column.width + GAP.length;
    columns.push(column);
  }
  const widest = Math.max(
    5,
    ...images.flatMap(({ names, children }) => [
      ...names.map((name) => name.length),
      ...children.map(({ name }) => name.length + 3),
    ]),
  );
  const nameWidth = Math.min(room, widest);
  const showsUse = images.some(({ children }) => children.some(({ used }) => used));
  const spaced = images.some(({ children }) => children.length > 0);
  const row = (name: string, { cells, used }: Details) =>
    fit(name, nameWidth, false) +
    columns
      .map(
        ({ width, right }, at) => GAP + fit(cells[at] ?? (showsUse && used ? 'U' : showsUse ? ' ' : ''), width, right),
      )
      .join('');

  const lines = [
    "WARNING: This is an experimental feature. The output may change and shouldn't be depended on.",
    LEGEND.padStart(terminalWidth),
    '',
    fit('IMAGE', nameWidth, false) + columns.map(({ title, width, right }) => GAP + fit(title, width, right)).join(''),
  ];
  for (const image of images) {
    lines.push(...image.names.slice(0, -1));
    lines.push(row(image.names.at(-1) ?? '', image));
    for (const [at, child] of image.children.entries()) {
      lines.push(row(`${at === image.children.length - 1 ? '└─' : '├─'} ${child.name}`, child));
    }
    if (spaced) lines.push('');
  }
  await context.out.write(`${lines.join('\n')}\n`);
}
