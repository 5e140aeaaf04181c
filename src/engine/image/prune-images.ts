// POST /images/prune: images that nobody uses, with a name or only those without (moby's ImagesPrune).
import type { ImagePruneResponse } from '@docker/node-sdk';
import { isDrydockError, DrydockError } from '../../contracts/errors.ts';
import type { Filters } from '../api/filters.ts';
import { familiarString } from '../registry/reference.ts';
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

/** What a container has come to use meanwhile stays. @throws DrydockError `invalid-argument` for a filter's value */
export async function pruneImages(store: ImageStore, filters: Filters, nowMs: number): Promise<PrunedImages> {
  const onlyNameless = danglingOf(filters);
  const untilMs = untilOf(filters, nowMs);
  const chosen = store.list().filter((image) => passes(image, filters, untilMs));
  const bytesOf = new Map(chosen.flatMap(({ layers }) => layers.map(({ chainId, sizeBytes }) => [chainId, sizeBytes])));
  const removed: { image: Image; what: RemovedImage }[] = [];
  for (const image of chosen) {
    const references = store.references.of(image.id);
    if (store.usedBy(image.id).length > 0 || (onlyNameless && references.some(({ digest }) => !digest))) continue;
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

/** One name's removal may have taken the others with it; a new container stands against it. */
async function removedUnlessUsed(store: ImageStore, name: string): Promise<RemovedImage | undefined> {
  try {
    return await removeImage(store, name, false);
  } catch (error) {
    if (isDrydockError(error, 'conflict') || isDrydockError(error, 'not-found')) return undefined;
    throw error;
  }
}

function passes({ config }: Image, filters: Filters, untilMs: number | undefined): boolean {
  const labels = config.config?.Labels ?? {};
  const unwanted = filters.values('label!');
  return (
    (untilMs === undefined || Date.parse(config.created ?? '') <= untilMs) &&
    filters.labels('label', labels) &&
    (unwanted.length === 0 || !filters.labels('label!', labels))
  );
}

function danglingOf(filters: Filters): boolean {
  const values = filters.values('dangling');
  if (values.length === 0 || values.every((value) => ['1', 'true'].includes(value))) return true;
  if (values.every((value) => ['0', 'false'].includes(value))) return false;
  throw new DrydockError('invalid-argument', `invalid filter 'dangling=[${values.join(' ')}]'`);
}
