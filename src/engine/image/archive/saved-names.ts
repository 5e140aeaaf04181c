// What `docker save NAME...` means: a repository's every tag, one tag, a digest, or an ID (moby: image/tarexport/save.go).
import type { Digest } from '../../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../../contracts/errors.ts';
import { isDigest } from '../../blob/sha256.ts';
import { familiarName, familiarString, parseReference } from '../../registry/reference.ts';
import type { Reference } from '../../registry/reference.ts';
import type { ImageStore } from '../image-store.ts';

export interface SavedImage {
  readonly id: Digest;
  /** With tags, in the order in which they were asked for. */
  readonly references: readonly Reference[];
}

/** @throws DrydockError `not-found`, `internal` in Docker's words */
export function savedImages(store: ImageStore, names: readonly string[]): SavedImage[] {
  const images = new Map<Digest, Reference[]>();
  const add = (id: Digest, reference?: Reference): void => {
    const references = images.get(id) ?? [];
    images.set(id, references);
    if (reference?.tag === undefined) return;
    if (!references.some((known) => familiarString(known) === familiarString(reference))) references.push(reference);
  };
  for (const name of names) {
    const id = /^[0-9a-f]{64}$/.test(name) ? `sha256:${name}` : name;
    if (isDigest(id)) {
      if (!store.has(id)) throw noSuchImage(id);
      add(id);
      continue;
    }
    const reference = parsed(name);
    const isNameOnly = reference.tag === undefined && reference.digest === undefined;
    if (familiarName(reference) === 'sha256') {
      add(found(store, name));
    } else if (isNameOnly) {
      const named = store.references.named(reference);
      for (const [own, imageId] of named) add(imageId, own);
      if (named.length === 0) add(found(store, name));
    } else {
      const imageId = store.references.get(reference);
      if (imageId === undefined) throw new DrydockError('not-found', 'reference does not exist');
      add(imageId, reference);
    }
  }
  return [...images].map(([id, references]) => ({ id, references }));
}

function parsed(name: string): Reference {
  try {
    return parseReference(name);
  } catch (cause) {
    // The daemon does not call it the caller's fault here.
    throw new DrydockError('internal', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function found(store: ImageStore, name: string): Digest {
  try {
    return store.get(name).id;
  } catch (error) {
    throw isDrydockError(error, 'not-found') && error.message.startsWith('No such image') ? noSuchImage(name) : error;
  }
}

function noSuchImage(name: string): DrydockError {
  return new DrydockError('not-found', `No such image: ${name}`);
}
