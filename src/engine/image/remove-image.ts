// `docker rmi`: which names go, whether the image goes with them, and what stands against it
// (Engine API, DELETE /images/{name}). Names first, then the image: as the daemon orders its answer.
import type { ImageDeleteResponseItem } from '@docker/node-sdk';
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { familiarString, parseReference, withDefaultTag } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';
import type { Image } from './image.ts';
import type { ImageStore } from './image-store.ts';

export interface RemovedImage {
  /** Docker's answer, in its order. */
  readonly items: ImageDeleteResponseItem[];
  /** Of the items, those that Docker reports as an `untag` event: a digest that goes with its tag is not. */
  readonly untagged: number;
  /** The image, then those that it was made of and that nobody else needs. */
  readonly deleted: readonly Digest[];
}

/**
 * @param prune images that it was made of go with it, when they have no names and no users
 * @throws DrydockError `not-found`, `conflict` with Docker's texts; nothing is removed then
 */
export async function removeImage(
  store: ImageStore,
  name: string,
  force: boolean,
  prune = true,
): Promise<RemovedImage> {
  const image = store.get(name);
  const references = store.references.of(image.id);
  const what = isIdPrefix(image.id, name)
    ? await removeById(store, image, references, force)
    : await removeByName(store, image, name, references, force);
  if (what.deleted.length === 0 || !prune) return what;
  const pruned = await deleteAncestors(store, image);
  return {
    ...what,
    items: [...what.items, ...pruned.items],
    deleted: [...what.deleted, ...pruned.ids],
  };
}

async function removeByName(
  store: ImageStore,
  image: Image,
  name: string,
  references: readonly Reference[],
  force: boolean,
): Promise<RemovedImage> {
  const [user] = store.usedBy(image.id);
  if (!force && user !== undefined && isSingle(references)) {
    const what = `unable to remove repository reference "${name}" (must force)`;
    throw new DrydockError(
      'conflict',
      `conflict: ${what} - container ${short(user.containerId)} is using its referenced image ${short(image.id)}`,
    );
  }
  const untagged = await store.references.change((names) => {
    const removed = names.delete(withDefaultTag(parseReference(name)));
    const left = names.of(image.id);
    const lastTag = removed.digest === undefined && !left.some((other) => !other.digest && sameName(other, removed));
    // The name's last tag is gone: its digests go with it.
    const digests = lastTag ? left.filter((other) => sameName(other, removed)) : [];
    return [removed, ...digests.map((digest) => names.delete(digest))];
  });
  const items: ImageDeleteResponseItem[] = untagged.map((reference) => ({ Untagged: familiarString(reference) }));
  const left = store.references.of(image.id);
  const isUsed = store.usedBy(image.id).some(({ running }) => running || !force);
  if (left.length > 0 || isUsed || store.hasChildren(image.id)) return { items, untagged: 1, deleted: [] };
  items.push(...(await deleteImage(store, image.id)));
  return { items, untagged: 1, deleted: [image.id] };
}

async function removeById(
  store: ImageStore,
  image: Image,
  references: readonly Reference[],
  force: boolean,
): Promise<RemovedImage> {
  checkConflicts(store, image, force || isSingle(references) ? [] : references, force);
  const items = await store.references.change((names) =>
    references.map((reference) => ({ Untagged: familiarString(names.delete(reference)) })),
  );
  const deleted = await deleteImage(store, image.id);
  return { items: [...items, ...deleted], untagged: references.length, deleted: [image.id] };
}

/** @param references names that stand against the removal */
function checkConflicts(store: ImageStore, image: Image, references: readonly Reference[], force: boolean): void {
  const users = store.usedBy(image.id);
  const running = users.find((use) => use.running);
  const refuse = (how: string, why: string): never => {
    throw new DrydockError('conflict', `conflict: unable to delete ${short(image.id)} (${how}) - ${why}`);
  };
  if (store.hasChildren(image.id)) refuse('cannot be forced', 'image has dependent child images');
  if (running !== undefined)
    refuse('cannot be forced', `image is being used by running container ${short(running.containerId)}`);
  if (references.length > 0) refuse('must be forced', 'image is referenced in multiple repositories');
  const [stopped] = users;
  if (stopped !== undefined && !force)
    refuse('must be forced', `image is being used by stopped container ${short(stopped.containerId)}`);
}

/** Quietly: the first that somebody needs ends it. */
async function deleteAncestors(
  store: ImageStore,
  image: Image,
): Promise<{ readonly items: readonly ImageDeleteResponseItem[]; readonly ids: readonly Digest[] }> {
  const items: ImageDeleteResponseItem[] = [];
  const ids: Digest[] = [];
  for (let { parent } = image; parent !== undefined && store.has(parent);) {
    const found = store.get(parent);
    const isNeeded =
      store.hasChildren(parent) || store.usedBy(parent).length > 0 || store.references.of(parent).length > 0;
    if (isNeeded) break;
    items.push(...(await deleteImage(store, parent)));
    ids.push(parent);
    parent = found.parent;
  }
  return { items, ids };
}

async function deleteImage(store: ImageStore, id: Digest): Promise<ImageDeleteResponseItem[]> {
  const layers = await store.delete(id);
  return [{ Deleted: id }, ...layers.map((chainId) => ({ Deleted: chainId }))];
}

/** At most one tag, and every digest of the same name: removing it leaves the image without a name. */
function isSingle(references: readonly Reference[]): boolean {
  if (references.length <= 1) return references.length === 1;
  const tags = references.filter(({ digest }) => digest === undefined);
  const digestNames = new Set(references.filter(({ digest }) => digest !== undefined).map(nameOf));
  const single = tags[0] ?? references[0];
  return tags.length <= 1 && digestNames.size === 1 && single !== undefined && digestNames.has(nameOf(single));
}

function isIdPrefix(id: Digest, text: string): boolean {
  return id.startsWith(text) || id.slice('sha256:'.length).startsWith(text);
}

function sameName(a: Reference, b: Reference): boolean {
  return nameOf(a) === nameOf(b);
}

function nameOf({ domain, path }: Reference): string {
  return `${domain}/${path}`;
}

function short(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
