// `docker volume ls` and `docker volume prune`: which volumes are meant.
import type { VolumeListResponse, VolumePruneResponse } from '@docker/node-sdk';
import { DrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import type { Filters } from '../api/filters.ts';
import type { EmitEvent } from '../event/event-log.ts';
import { onePruneOf } from '../one-prune.ts';
import { runHelper } from '../run-helper.ts';
import { ANONYMOUS_LABEL, LOCAL_DRIVER, volumeBody } from './volume.ts';
import type { Volume } from './volume.ts';
import type { VolumeStore } from './volume-store.ts';

export const VOLUME_FILTERS: readonly string[] = ['dangling', 'name', 'driver', 'label'];
export const VOLUME_PRUNE_FILTERS: readonly string[] = ['label', 'label!', 'all'];

/** Sum of the sizes of regular files, each inode once. $1... are the directories; a line of bytes for each. */
const SIZES = `for d; do find "$d" -xdev -type f -exec stat -c '%d:%i %s' {} + | sort -u |
  awk '{ sum += $2 } END { printf "%.0f\\n", sum }'; done`;

/** Body of GET /volumes. @throws DrydockError `invalid-argument` for a filter's value */
export function listVolumes(store: VolumeStore, filters: Filters): VolumeListResponse {
  const dangling = filters.flag('dangling');
  const drivers = filters.values('driver');
  const chosen = store
    .all()
    .filter(({ name }) => filters.match('name', name))
    .filter(({ labels }) => filters.labels('label', labels ?? {}))
    .filter(() => drivers.length === 0 || drivers.includes(LOCAL_DRIVER))
    .filter(({ name }) => dangling === undefined || store.isUsed(name) !== dangling);
  return { Volumes: chosen.map(volumeBody), Warnings: null as unknown as string[] };
}

export interface PruneDeps {
  readonly store: VolumeStore;
  readonly runtime: Runtime;
  readonly emit: EmitEvent;
  readonly log: (line: string) => void;
}

/** Anonymous volumes that nobody uses, or all of them. What cannot be removed is told, and stays. */
export function pruneVolumes(deps: PruneDeps, filters: Filters): Promise<VolumePruneResponse> {
  return onePruneOf(deps.store, () => prune(deps, filters));
}

async function prune({ store, runtime, emit, log }: PruneDeps, filters: Filters): Promise<VolumePruneResponse> {
  const all = allOf(filters);
  const chosen = store
    .all()
    .filter((volume) => !store.isUsed(volume.name) && Object.keys(volume.options ?? {}).length === 0)
    .filter(({ labels }) => all || Object.hasOwn(labels ?? {}, ANONYMOUS_LABEL))
    .filter(({ labels }) => filters.pruneLabels(labels ?? {}));
  const sizes = await volumeSizes(runtime, chosen);
  const removed: string[] = [];
  let reclaimed = 0;
  for (const [index, { name }] of chosen.entries()) {
    try {
      await store.remove(name);
      removed.push(name);
      reclaimed += sizes[index] ?? 0;
    } catch (error) {
      log(`Cannot prune volume ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  emit({ type: 'volume', action: 'prune', id: '', attributes: { reclaimed: String(reclaimed) } });
  return { VolumesDeleted: removed, SpaceReclaimed: reclaimed };
}

/** Bytes of each volume's files, counted in the guest. */
export async function volumeSizes(runtime: Runtime, volumes: readonly Volume[]): Promise<number[]> {
  if (volumes.length === 0) return [];
  const paths = volumes.map(({ mountpoint }) => mountpoint);
  const output = await runHelper(runtime, ['sh', '-c', SIZES, 'sh', ...paths]);
  return output.trim().split('\n').map(Number);
}

function allOf(filters: Filters): boolean {
  const values = filters.values('all');
  if (values.length > 1) {
    throw refuse(`invalid filter 'all=[${values.join(' ')}]': only one value is expected`);
  }
  const [value] = values;
  if (value === undefined) return false;
  if (/^(1|t|true|T|True|TRUE)$/.test(value)) return true;
  if (/^(0|f|false|F|False|FALSE)$/.test(value)) return false;
  throw refuse(`invalid filter 'all': strconv.ParseBool: parsing "${value}": invalid syntax`);
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
