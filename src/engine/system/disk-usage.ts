// GET /system/df: what images, containers and volumes take of the disk.
import type { ImageSummary } from '@docker/node-sdk';
import { DrydockError } from '../../contracts/errors.ts';
import { Filters } from '../api/filters.ts';
import type { Services } from '../api/services.ts';
import { withSizes } from '../container/files/changes.ts';
import { listContainers } from '../container/list.ts';
import { volumeSizes } from '../volume/list-volumes.ts';
import { volumeBody } from '../volume/volume.ts';

export interface ImageUsage {
  /** Each layer once. */
  readonly layersBytes: number;
  readonly images: readonly ImageSummary[];
}

const KINDS = ['container', 'image', 'volume', 'build-cache'];

/** @param kinds of the query's `type`; none asks for all. @throws DrydockError `invalid-argument` */
export async function diskUsageOf(services: Services, kinds: readonly string[]): Promise<object> {
  for (const kind of kinds) {
    if (!KINDS.includes(kind)) throw new DrydockError('invalid-argument', `unknown object type: ${kind}`);
  }
  const wants = (kind: string) => kinds.length === 0 || kinds.includes(kind);
  const { layersBytes, images } = services.imageUsage();
  return {
    LayersSize: wants('image') ? layersBytes : 0,
    Images: wants('image') ? images : null,
    Containers: wants('container') ? await containersOf(services) : null,
    Volumes: wants('volume') ? await volumesOf(services) : null,
    // Nothing has been built: there is no cache.
    BuildCache: wants('build-cache') ? [] : null,
  };
}

function containersOf({ containers }: Services): Promise<object[]> {
  const all = listContainers(containers, { all: true, limit: 0, filters: Filters.parse('', []) });
  return withSizes(containers, all);
}

/** Volumes with options are of another disk: Docker leaves them out. */
async function volumesOf({ containers: { volumes, runtime } }: Services): Promise<object[]> {
  const own = volumes.all().filter(({ options }) => Object.keys(options ?? {}).length === 0);
  const sizes = await volumeSizes(runtime, own);
  return own.map((volume, at) => ({
    ...volumeBody(volume),
    UsageData: { RefCount: volumes.usersOf(volume.name).length, Size: sizes[at] ?? -1 },
  }));
}
