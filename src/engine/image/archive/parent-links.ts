// Which image of an archive was made of which other: `docker save` of both says so, and `docker load` remembers it
// (moby: image/tarexport, validatedParentLinks, checkValidParent).
import type { Digest } from '../../../contracts/blob-store.ts';
import { DrydockError } from '../../../contracts/errors.ts';
import type { ImageConfig } from '../image.ts';
import type { ImageStore } from '../image-store.ts';

export interface ParentLink {
  readonly id: Digest;
  /** As the archive has it; what is not among its images counts for nothing. */
  readonly parent: string | undefined;
}

/** @returns the parent where it is among the others */
export function knownParent({ id, parent }: ParentLink, all: readonly ParentLink[]): Digest | undefined {
  return all.find((other) => other.id === parent && other.id !== id)?.id;
}

/** @throws DrydockError `data-loss` in Docker's words */
export async function linkParents(store: ImageStore, links: readonly ParentLink[]): Promise<void> {
  for (const link of links) {
    const parent = knownParent(link, links);
    if (parent === undefined) continue;
    if (!isOneStep(store.get(parent).config, store.get(link.id).config) || leadsTo(store, parent, link.id)) {
      throw new DrydockError('data-loss', `image ${parent} is not a valid parent for ${link.id}`);
    }
    await store.setParent(link.id, parent);
  }
}

/** Images that tell nothing of how they were made may be anybody's. */
function isOneStep({ history: before = [] }: ImageConfig, { history: after = [] }: ImageConfig): boolean {
  if (before.length === 0 && after.length === 0) return true;
  return (
    after.length - before.length === 1 && before.every((step, index) => sameStep(step, after[index] ?? { comment: '' }))
  );
}

type Step = NonNullable<ImageConfig['history']>[number];

function sameStep(a: Step, b: Step): boolean {
  const sameTime =
    a.created === undefined || b.created === undefined
      ? a.created === b.created
      : Date.parse(a.created) === Date.parse(b.created);
  const texts = ['author', 'created_by', 'comment'] as const;
  return (
    sameTime &&
    texts.every((name) => (a[name] ?? '') === (b[name] ?? '')) &&
    (a.empty_layer ?? false) === (b.empty_layer ?? false)
  );
}

/** Docker follows no such circle; ours must not, either. */
function leadsTo(store: ImageStore, from: Digest, wanted: Digest): boolean {
  for (let at: Digest | undefined = from; at !== undefined && store.has(at); at = store.get(at).parent) {
    if (at === wanted) return true;
  }
  return false;
}
