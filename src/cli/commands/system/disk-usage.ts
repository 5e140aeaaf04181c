// The four lines of `docker system df`: what there is of each kind, how much is in use, what could be freed
// (docker/cli, cli/command/formatter/disk_usage.go).
import { humanSize } from '../../format/human-size.ts';
import type { Row } from '../../format/table.ts';
import type { BuildCacheRecord } from '../builder/build-cache-row.ts';
import type { ContainerSummary } from '../container/container-row.ts';
import type { ImageSummary } from '../image/image-row.ts';
import type { VolumeSummary } from '../volume/volume-row.ts';

/** As GET /system/df gives it. */
export interface DiskUsage {
  readonly LayersSize?: number;
  readonly Images?: readonly ImageSummary[] | null;
  readonly Containers?: readonly ContainerSummary[] | null;
  readonly Volumes?: readonly VolumeSummary[] | null;
  readonly BuildCache?: readonly BuildCacheRecord[] | null;
}

export const USAGE_HEADERS = {
  Type: 'TYPE',
  TotalCount: 'TOTAL',
  Active: 'ACTIVE',
  Size: 'SIZE',
  Reclaimable: 'RECLAIMABLE',
};

interface Usage {
  readonly type: string;
  readonly total: number;
  readonly active: number;
  readonly bytes: number;
  readonly reclaimableBytes: number;
  /** Where Docker shows a percentage, too. */
  readonly withShare: boolean;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function images(usage: DiskUsage): Usage {
  const list = usage.Images ?? [];
  const bytes = usage.LayersSize ?? 0;
  const used = list.filter(({ Containers, Size, SharedSize }) => Containers !== 0 && Size !== -1 && SharedSize !== -1);
  return {
    type: 'Images',
    total: list.length,
    active: list.filter(({ Containers }) => Containers > 0).length,
    bytes,
    reclaimableBytes: bytes - sum(used.map(({ Size, SharedSize }) => Size - SharedSize)),
    withShare: true,
  };
}

function containers(usage: DiskUsage): Usage {
  const list = usage.Containers ?? [];
  const isActive = ({ State }: ContainerSummary) => ['running', 'paused', 'restarting'].includes(State);
  const bytes = (some: readonly ContainerSummary[]) => sum(some.map(({ SizeRw }) => SizeRw ?? 0));
  return {
    type: 'Containers',
    total: list.length,
    active: list.filter(isActive).length,
    bytes: bytes(list),
    reclaimableBytes: bytes(list.filter((container) => !isActive(container))),
    withShare: true,
  };
}

function volumes(usage: DiskUsage): Usage {
  const list = (usage.Volumes ?? []).map(({ UsageData }) => UsageData ?? { Size: -1, RefCount: 0 });
  const known = list.filter(({ Size }) => Size !== -1);
  return {
    type: 'Local Volumes',
    total: list.length,
    active: list.filter(({ RefCount }) => RefCount > 0).length,
    bytes: sum(known.map(({ Size }) => Size)),
    reclaimableBytes: sum(known.filter(({ RefCount }) => RefCount === 0).map(({ Size }) => Size)),
    withShare: true,
  };
}

/** What others share is counted where it belongs. */
export function buildCacheBytes(usage: DiskUsage): number {
  return sum((usage.BuildCache ?? []).filter(({ Shared }) => !Shared).map(({ Size }) => Size));
}

function buildCache(usage: DiskUsage): Usage {
  const list = usage.BuildCache ?? [];
  const bytes = buildCacheBytes(usage);
  return {
    type: 'Build Cache',
    total: list.length,
    active: list.filter(({ InUse }) => InUse).length,
    bytes,
    reclaimableBytes: bytes - sum(list.filter(({ InUse, Shared }) => InUse && !Shared).map(({ Size }) => Size)),
    withShare: false,
  };
}

function reclaimable({ bytes, reclaimableBytes, withShare }: Usage): string {
  const share = withShare && bytes > 0 ? ` (${Math.trunc((reclaimableBytes * 100) / bytes)}%)` : '';
  return humanSize(reclaimableBytes) + share;
}

export function usageRows(usage: DiskUsage): Row[] {
  return [images, containers, volumes, buildCache].map((measure) => {
    const measured = measure(usage);
    return {
      Type: () => measured.type,
      TotalCount: () => String(measured.total),
      Active: () => String(measured.active),
      Size: () => humanSize(measured.bytes),
      Reclaimable: () => reclaimable(measured),
    };
  });
}
