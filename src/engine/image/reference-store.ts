// Which names point at which image. Names are kept whole, shown in their familiar form, and on the disk before anybody
// sees a change: a change that cannot be stored did not happen.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { Mutex } from '../container/mutex.ts';
import { canonicalString, familiarName, familiarString, withDefaultTag, withDigest } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';

interface Association {
  readonly reference: Reference;
  readonly imageId: Digest;
}

/** Familiar name of a repository -> familiar reference -> image, as in repositories.json. */
export type Repositories = ReadonlyMap<string, ReadonlyMap<string, Digest>>;

/** The names as a change sees and edits them. */
export class Names {
  readonly #associations: Map<string, Association>;

  constructor(associations: Iterable<readonly [string, Association]> = []) {
    this.#associations = new Map(associations);
  }

  copy(): Names {
    return new Names(this.#associations);
  }

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

  /** Of one repository, sorted. */
  named(reference: Reference): [reference: Reference, imageId: Digest][] {
    const name = familiarName(reference);
    const own = [...this.#associations.entries()].filter(([, one]) => familiarName(one.reference) === name);
    return own.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => [one.reference, one.imageId]);
  }

  repositories(): Repositories {
    const names = new Map<string, Map<string, Digest>>();
    for (const { reference, imageId } of this.#associations.values()) {
      const name = familiarName(reference);
      const own = names.get(name) ?? new Map<string, Digest>();
      own.set(familiarString(reference), imageId);
      names.set(name, own);
    }
    return names;
  }
}

export class ReferenceStore {
  readonly #save: (names: Repositories) => Promise<void>;
  readonly #turns = new Mutex();
  #names = new Names();

  /** @param save puts all names on the disk */
  constructor(save: (names: Repositories) => Promise<void>) {
    this.#save = save;
  }

  get(reference: Reference): Digest | undefined {
    return this.#names.get(reference);
  }

  /** Sorted by their whole names. */
  of(imageId: Digest): Reference[] {
    return this.#names.of(imageId);
  }

  /** Of one repository, sorted. */
  named(reference: Reference): [reference: Reference, imageId: Digest][] {
    return this.#names.named(reference);
  }

  /** Changes take turns; each is stored, or did not happen. @throws what `edit` throws, and what the disk refuses */
  change<T>(edit: (names: Names) => T): Promise<T> {
    return this.#turns.run(async () => {
      const names = this.#names.copy();
      const result = edit(names);
      await this.#save(names.repositories());
      this.#names = names;
      return result;
    });
  }

  /** What the disk has already. */
  load(entries: Iterable<readonly [reference: Reference, imageId: Digest]>): void {
    const names = new Names();
    for (const [reference, imageId] of entries) names.set(reference, imageId);
    this.#names = names;
  }
}

/** A digest says more than a tag: with both, Docker keeps only the digest. */
function stored(reference: Reference): Reference {
  return reference.digest === undefined ? withDefaultTag(reference) : withDigest(reference, reference.digest);
}
