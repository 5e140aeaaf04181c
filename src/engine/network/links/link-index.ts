// `--link` on the default network: which container knows which other one, and by what name. Source: moby daemon/links.go.
import type { Container } from '../../container/container.ts';

export interface ParentLink {
  readonly parent: Container;
  /** What the parent calls the other one. */
  readonly alias: string;
}

export class LinkIndex {
  /** Parent -> `parent/alias` -> child. A child that was removed stays: its parent cannot start without it. */
  readonly #children = new Map<Container, Map<string, Container>>();

  add(parent: Container, child: Container, name: string): void {
    const children = this.#children.get(parent) ?? new Map<string, Container>();
    this.#children.set(parent, children.set(name, child));
  }

  remove(parent: Container, name: string): void {
    this.#children.get(parent)?.delete(name);
  }

  /** `parent/alias` -> whom the container has links to. */
  childrenOf(parent: Container): ReadonlyMap<string, Container> {
    return this.#children.get(parent) ?? new Map<string, Container>();
  }

  /** Who has links to the container. */
  parentsOf(child: Container): ParentLink[] {
    return [...this.#children].flatMap(([parent, children]) =>
      [...children].flatMap(([name, one]) => (one === child ? [{ parent, alias: aliasOf(name) }] : [])),
    );
  }

  /** The parent is gone. */
  forget(parent: Container): void {
    this.#children.delete(parent);
  }

  /** The parent has another name, and so have its links. @returns old and new names of the links */
  rename(
    parent: Container,
    newName: string,
  ): { readonly from: string; readonly to: string; readonly child: Container }[] {
    const renamed = [...this.childrenOf(parent)].map(([from, child]) => ({
      from,
      to: `${newName}/${aliasOf(from)}`,
      child,
    }));
    this.#children.set(parent, new Map(renamed.map(({ to, child }) => [to, child])));
    return renamed;
  }
}

/** Of `parent/alias`. */
export function aliasOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
