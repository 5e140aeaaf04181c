// What lists of volumes can show of one, by the names `--format` uses.
import { humanSize } from '../../format/human-size.ts';
import type { Row } from '../../format/table.ts';

/** As GET /volumes and GET /system/df give it. */
export interface VolumeSummary {
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Mountpoint: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  /** Only where the engine was asked for disk usage. */
  readonly UsageData?: { readonly Size: number; readonly RefCount: number } | null;
}

export const VOLUME_HEADERS = {
  ID: 'ID',
  Name: 'VOLUME NAME',
  Group: 'GROUP',
  Driver: 'DRIVER',
  Scope: 'SCOPE',
  Availability: 'AVAILABILITY',
  Mountpoint: 'MOUNTPOINT',
  Labels: 'LABELS',
  Links: 'LINKS',
  Size: 'SIZE',
  Status: 'STATUS',
};

/** A cluster's volumes have more to tell; a single engine's do not. */
const NOT_IN_A_CLUSTER = 'N/A';

export function volumeRow(volume: VolumeSummary): Row {
  const labels = volume.Labels ?? {};
  const usage = volume.UsageData ?? undefined;
  return {
    Name: () => volume.Name,
    Driver: () => volume.Driver,
    Scope: () => volume.Scope,
    Mountpoint: () => volume.Mountpoint,
    Labels: () =>
      Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    Label: (name: unknown) => labels[String(name)] ?? '',
    Links: () => (usage === undefined ? 'N/A' : String(usage.RefCount)),
    Size: () => (usage === undefined ? 'N/A' : humanSize(usage.Size)),
    Group: () => NOT_IN_A_CLUSTER,
    Availability: () => NOT_IN_A_CLUSTER,
    Status: () => NOT_IN_A_CLUSTER,
  };
}
