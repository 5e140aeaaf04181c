// What `docker system df -v` can show of a record of the build cache, by the names `--format` uses.
import { humanAgo } from '../../format/human-duration.ts';
import { humanSize } from '../../format/human-size.ts';
import { goTimeText } from '../../format/go-time.ts';
import type { Row } from '../../format/table.ts';
import { shortId } from '../../reference/image-reference.ts';

/** As GET /system/df gives it. Times are RFC 3339. */
export interface BuildCacheRecord {
  readonly ID: string;
  readonly Parent?: string;
  /** Moby's own name for it, space included (api/types/build). */
  readonly ' Parents'?: readonly string[] | null;
  readonly Type: string;
  readonly Description: string;
  readonly InUse: boolean;
  readonly Shared: boolean;
  readonly Size: number;
  readonly CreatedAt: string;
  readonly LastUsedAt?: string | null;
  readonly UsageCount: number;
}

export const BUILD_CACHE_HEADERS = {
  ID: 'CACHE ID',
  Parent: 'PARENT',
  CacheType: 'CACHE TYPE',
  Size: 'SIZE',
  CreatedSince: 'CREATED',
  LastUsedSince: 'LAST USED',
  UsageCount: 'USAGE',
  InUse: 'IN USE',
  Shared: 'SHARED',
  Description: 'DESCRIPTION',
};

const seconds = (time: string) => Date.parse(time) / 1000;

export function buildCacheRow(record: BuildCacheRecord, truncate: boolean): Row {
  const short = (id: string) => (truncate ? shortId(id) : id);
  const parents = record[' Parents'] ?? [];
  const used = record.LastUsedAt ?? undefined;
  return {
    ID: () => short(record.ID) + (record.InUse ? '*' : ''),
    Parent: () => short(parents.length > 0 ? parents.join(', ') : (record.Parent ?? '')),
    CacheType: () => record.Type,
    Description: () => record.Description,
    Size: () => humanSize(record.Size, 3),
    CreatedAt: () => goTimeText(record.CreatedAt),
    CreatedSince: () => humanAgo(seconds(record.CreatedAt)),
    LastUsedAt: () => (used === undefined ? '' : goTimeText(used)),
    LastUsedSince: () => (used === undefined ? '' : humanAgo(seconds(used))),
    UsageCount: () => String(record.UsageCount),
    InUse: () => String(record.InUse),
    Shared: () => String(record.Shared),
  };
}

/** The one used longest ago first, those never used before them. */
export function byLastUse(a: BuildCacheRecord, b: BuildCacheRecord): number {
  const time = ({ LastUsedAt }: BuildCacheRecord) =>
    LastUsedAt === undefined || LastUsedAt === null ? Number.NEGATIVE_INFINITY : Date.parse(LastUsedAt);
  const [first, second] = [time(a), time(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a.ID < b.ID ? -1 : 1;
}
