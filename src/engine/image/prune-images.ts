// POST /images/prune: images that nobody uses, with a name or only those without (moby's ImagesPrune).
import type { ImagePruneResponse } from '@docker/node-sdk';
import { isDrydockError } from '../../contracts/errors.ts';
import type { Filters } from '../api/filters.ts';
import { familiarString } from '../registry/reference.ts';
import { onePruneOf } from '../one-prune.ts';
import { untilOf } from '../until-filter.ts';
import type { Image } from './image.ts';
import type { ImageStore } from './image-store.ts';
import { removeImage } from './remove-image.ts';
import type { RemovedImage } from './remove-image.ts';

export const IMAGE_PRUNE_FILTERS: readonly string[] = ['dangling', 'label', 'label!', 'until'];

export interface PrunedImages {
  readonly body: ImagePruneResponse;
  readonly removed: readonly { readonly image: Image; readonly what: RemovedImage }[];
}

/**
 * What a container uses keeps a name: its others go, as with Docker.
 * @throws DrydockError `invalid-argument`, `internal` for a filter's value, `conflict` while another one runs
 */
export function pruneImages(store: ImageStore, filters: Filters, nowMs: number): Promise<PrunedImages> {
  return onePruneOf(store, () => prune(store, filters, nowMs));
}

async function prune(store: ImageStore, filters: Filters, nowMs: number): Promise<PrunedImages> {
  const onlyNameless = filters.flag('dangling') ?? true;
  const untilMs = untilOf(filters, nowMs, 'internal');
  const chosen = store
    .list()
    .filter(({ id }) => !store.hasChildren(id) || (!onlyNameless && store.references.of(id).length > 0))
    .filter((image) => passes(image, filters, untilMs));
  const bytesOf = new Map(chosen.flatMap(({ layers }) => layers.map(({ chainId, sizeBytes }) => [chainId, sizeBytes])));
  const removed: { image: Image; what: RemovedImage }[] = [];
  for (const image of chosen) {
    const references = store.references.of(image.id);
    if (onlyNameless && references.some(({ digest }) => !digest)) continue;
    for (const name of references.length === 0 ? [image.id] : references.map(familiarString)) {
      const what = await removedUnlessUsed(store, name);
      if (what !== undefined) removed.push({ image, what });
    }
  }
  const items = removed.flatMap(({ what }) => what.items);
  const reclaimed = items.reduce((sum, { Deleted = '' }) => sum + (bytesOf.get(Deleted as `sha256:${string}`) ?? 0), 0);
  // Go's null, which the client's type does not know.
  const ImagesDeleted = items.length > 0 ? items : (null as unknown as typeof items);
  return { body: { ImagesDeleted, SpaceReclaimed: reclaimed }, removed };
}

/** One name's removal may have taken the others with it; a container may stand against it, or another image. */
async function removedUnlessUsed(store: ImageStore, name: string): Promise<RemovedImage | undefined> {
  try {
    return await removeImage(store, name, false);
  } catch (error) {
    if (isDrydockError(error, 'conflict') || isDrydockError(error, 'not-found')) return undefined;
    throw error;
  }
}

function passes({ config }: Image, filters: Filters, untilMs: number | undefined): boolean {
  return (
    (untilMs === undefined || Date.parse(config.created ?? '') <= untilMs) &&
    // Docker asks nothing of an image that says nothing of how to run it.
    (config.config === undefined || filters.pruneLabels(config.config.Labels ?? {}))
  );
}
