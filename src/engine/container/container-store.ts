// All containers, by id, name and id prefix, as every `{id}` of the API may be written.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { LinkIndex } from '../network/links/link-index.ts';
import type { RandomBytes } from '../random.ts';
import { randomName, requireValidName } from './container-name.ts';
import type { Container } from './container.ts';

export interface ContainerUse {
  readonly containerId: string;
  readonly running: boolean;
}

const RANDOM_NAME_ATTEMPTS = 6;

export class ContainerStore {
  readonly #byId = new Map<string, Container>();
  /** Name (without slash) -> id, reserved before the container exists. */
  readonly #names = new Map<string, string>();
  /** Id -> names that links give the container: `parent/alias`. */
  readonly #linkNames = new Map<string, Set<string>>();
  readonly #randomBytes: RandomBytes;
  readonly links = new LinkIndex();

  constructor(randomBytes: RandomBytes) {
    this.#randomBytes = randomBytes;
  }

  /** Newest first. */
  all(): Container[] {
    return [...this.#byId.values()].reverse();
  }

  /** Containers made from an image. */
  usersOf(imageId: Digest): ContainerUse[] {
    const users = this.all().filter(({ image }) => image.id === imageId);
    return users.map(({ id, state }) => ({ containerId: id, running: state.running }));
  }

  /** Containers with a volume among their mounts, oldest first. */
  usersOfVolume(name: string): ContainerUse[] {
    const users = [...this.#byId.values()].filter(({ points }) =>
      points.some((point) => point.type === 'volume' && point.name === name),
    );
    return users.map(({ id, state }) => ({ containerId: id, running: state.running }));
  }

  /** @throws DrydockError `not-found`: No such container: x; `invalid-argument` when a prefix fits several */
  get(reference: string): Container {
    const exact = this.#byId.get(reference) ?? this.#byId.get(this.#names.get(reference.replace(/^\//, '')) ?? '');
    if (exact !== undefined) return exact;
    if (reference === '') throw new DrydockError('invalid-argument', 'invalid name or ID supplied: ""');
    const matches = [...this.#byId.values()].filter(({ id }) => id.startsWith(reference));
    if (matches.length > 1) {
      throw new DrydockError('invalid-argument', `multiple IDs found with provided prefix: ${reference}`);
    }
    if (matches[0] === undefined) throw new DrydockError('not-found', `No such container: ${reference}`);
    return matches[0];
  }

  /** undefined when no id begins so, or several do. */
  uniqueByPrefix(prefix: string): Container | undefined {
    const matches = [...this.#byId.values()].filter(({ id }) => id.startsWith(prefix));
    return matches.length === 1 ? matches[0] : undefined;
  }

  /** @returns the container, or undefined once it is removed */
  byId(id: string): Container | undefined {
    return this.#byId.get(id);
  }

  /** By its whole name, without a slash. */
  byName(name: string): Container | undefined {
    return this.#byId.get(this.#names.get(name) ?? '');
  }

  /** Its own and those of links, without slashes, in their order. */
  namesOf({ id, name }: Container): string[] {
    const linked = this.#linkNames.get(id);
    return linked === undefined ? [name] : [name, ...linked].sort((a, b) => (a < b ? -1 : 1));
  }

  /** @param name `parent/alias` @returns false when it is somebody else's */
  reserveLink(name: string, id: string): boolean {
    if ((this.#names.get(name) ?? id) !== id) return false;
    this.#names.set(name, id);
    this.#linkNames.set(id, (this.#linkNames.get(id) ?? new Set()).add(name));
    return true;
  }

  releaseLink(name: string): void {
    this.#linkNames.get(this.#names.get(name) ?? '')?.delete(name);
    this.#names.delete(name);
  }

  /** The container's links are no more. */
  releaseLinksOf(container: Container): void {
    for (const name of this.links.childrenOf(container).keys()) this.releaseLink(name);
    this.links.forget(container);
  }

  /**
   * @param name empty for a random one
   * @returns the name without a slash
   * @throws DrydockError `invalid-argument`, `conflict` in Docker's words
   */
  reserveName(name: string, id: string): string {
    if (name === '') return this.#reserveRandomName(id);
    requireValidName(name);
    const plain = name.replace(/^\//, '');
    const owner = this.#names.get(plain);
    if (owner !== undefined) {
      throw new DrydockError(
        'conflict',
        `Conflict. The container name "/${plain}" is already in use by container "${owner}". ` +
          'You have to remove (or rename) that container to be able to reuse that name.',
      );
    }
    this.#names.set(plain, id);
    return plain;
  }

  releaseName(name: string): void {
    this.#names.delete(name);
  }

  add(container: Container): void {
    this.#byId.set(container.id, container);
  }

  delete(container: Container): void {
    this.#byId.delete(container.id);
    for (const name of this.namesOf(container)) this.#names.delete(name);
    this.#linkNames.delete(container.id);
    this.releaseLinksOf(container);
  }

  #reserveRandomName(id: string): string {
    for (let attempt = 0; attempt < RANDOM_NAME_ATTEMPTS; attempt++) {
      const name = randomName(this.#randomBytes, attempt);
      if (!this.#names.has(name)) return this.reserveName(name, id);
    }
    return this.reserveName(id.slice(0, 12), id);
  }
}
