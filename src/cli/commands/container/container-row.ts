// What `docker ps` can show of a container, by the names `--format` uses.
import { displayWidth, ellipsis } from '../../format/display-width.ts';
import { goQuote } from '../../../shared/go-quote.ts';
import { goTimeString } from '../../format/go-time.ts';
import { humanAgo } from '../../format/human-duration.ts';
import { humanSize } from '../../format/human-size.ts';
import type { PortSummary } from '../../format/ports.ts';
import { displayPorts } from '../../format/ports.ts';
import type { Row } from '../../format/table.ts';
import { TypedNil } from '../../template/values.ts';
import { familiarName, familiarString, parseImageReference, shortId } from '../../reference/image-reference.ts';

/** As GET /containers/json gives it. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  readonly Created: number;
  readonly Ports?: readonly PortSummary[] | null;
  readonly State: string;
  readonly Status: string;
  readonly SizeRw?: number | null;
  readonly SizeRootFs?: number | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Mounts?: readonly { readonly Name?: string; readonly Source?: string; readonly Driver?: string }[] | null;
  readonly NetworkSettings?: { readonly Networks?: Readonly<Record<string, unknown>> | null } | null;
  readonly ImageManifestDescriptor?: { readonly platform?: Readonly<Record<string, string>> | null } | null;
}

export const CONTAINER_HEADERS = {
  ID: 'CONTAINER ID',
  Names: 'NAMES',
  Image: 'IMAGE',
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  RunningFor: 'CREATED',
  Ports: 'PORTS',
  State: 'STATE',
  Status: 'STATUS',
  Size: 'SIZE',
  Labels: 'LABELS',
  Mounts: 'MOUNTS',
  LocalVolumes: 'LOCAL VOLUMES',
  Networks: 'NETWORKS',
  Platform: 'PLATFORM',
};

const COMMAND_COLUMNS = 20;
const MOUNT_COLUMNS = 15;

/** The container's own name; the others are links of other containers. */
function names({ Names }: ContainerSummary, truncate: boolean): string {
  const stripped = Names.map((name) => name.slice(1));
  const own = truncate ? stripped.find((name) => !name.includes('/')) : undefined;
  return own ?? stripped.join(',');
}

function image({ Image, ImageID }: ContainerSummary, truncate: boolean): string {
  if (Image === '') return '<no image>';
  if (!truncate) return Image;
  if (shortId(ImageID) === shortId(Image)) return shortId(ImageID);
  try {
    const reference = parseImageReference(Image);
    return reference.tag === undefined
      ? familiarName(reference.name)
      : familiarString({ ...reference, digest: undefined });
  } catch {
    return Image;
  }
}

function size({ SizeRw, SizeRootFs }: ContainerSummary): string {
  const own = humanSize(SizeRw ?? 0, 3);
  return (SizeRootFs ?? 0) > 0 ? `${own} (virtual ${humanSize(SizeRootFs ?? 0, 3)})` : own;
}

function mounts({ Mounts }: ContainerSummary, truncate: boolean): string {
  return (Mounts ?? [])
    .map(({ Name = '', Source = '' }) => (Name === '' ? Source : Name))
    .map((name) => (truncate && displayWidth(name) > MOUNT_COLUMNS ? ellipsis(name, MOUNT_COLUMNS) : name))
    .join(',');
}

function platform({ ImageManifestDescriptor }: ContainerSummary): unknown {
  const { os, architecture, variant } = ImageManifestDescriptor?.platform ?? {};
  return os === undefined
    ? new TypedNil('pointer')
    : [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

export function containerRow(container: ContainerSummary, truncate: boolean): Row {
  const labels = container.Labels ?? {};
  return {
    ID: () => (truncate ? shortId(container.Id) : container.Id),
    Names: () => names(container, truncate),
    Image: () => image(container, truncate),
    Command: () => goQuote(truncate ? ellipsis(container.Command, COMMAND_COLUMNS) : container.Command),
    CreatedAt: () => goTimeString(container.Created),
    RunningFor: () => humanAgo(container.Created),
    Platform: () => platform(container),
    Ports: () => displayPorts(container.Ports ?? []),
    State: () => container.State,
    Status: () => container.Status,
    Size: () => size(container),
    Labels: () =>
      Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(','),
    Label: (name: unknown) => labels[String(name)] ?? '',
    Mounts: () => mounts(container, truncate),
    LocalVolumes: () => String((container.Mounts ?? []).filter(({ Driver }) => Driver === 'local').length),
    Networks: () => Object.keys(container.NetworkSettings?.Networks ?? {}).join(','),
  };
}
