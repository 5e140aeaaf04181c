// Which names point at which image. Names are kept whole, and shown in their familiar form.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { canonicalString, familiarName, withDefaultTag, withDigest } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';

interface Association {
  readonly reference: Reference;
  readonly imageId: Digest;
}

export class ReferenceStore {
  readonly #associations = new Map<string, Association>();

  get(reference: Reference): Digest | undefined {
    return this.#associations.get(canonicalString(stored(reference)))?.imageId;
  }

  /** A tag moves, a digest cannot. @throws DrydockError `invalid-argument`, `conflict` with Docker's texts */
  set(reference: Reference, imageId: Digest): void {
    if (familiarName(reference) === 'sha256') {
      throw new DrydockError('invalid-argument', 'refusing to create an ambiguous tag using digest algorithm as name');
    }
    const key = stored(reference);
    const present = this.get(key);
    if (present !== undefined && present !== imageId && key.digest !== undefined) {
      throw new DrydockError('conflict', `cannot overwrite digest ${key.digest}`);
    }
    this.#associations.set(canonicalString(key), { reference: key, imageId });
  }

  /** @returns what was removed, or would have been: with its default tag */
  delete(reference: Reference): Reference {
    const key = stored(reference);
    this.#associations.delete(canonicalString(key));
    return key;
  }

  /** Sorted by their whole names. */
  of(imageId: Digest): Reference[] {
    const own = [...this.#associations.entries()].filter(([, association]) => association.imageId === imageId);
    return own.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { reference }]) => reference);
  }
}

/** A digest says more than a tag: with both, Docker keeps only the digest. */
function stored(reference: Reference): Reference {
  return reference.digest === undefined ? withDefaultTag(reference) : withDigest(reference, reference.digest);
}
