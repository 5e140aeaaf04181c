// The fixed directories of the export: /, /cli, and anything whose entries are known by name.
import { MODE, QID } from './p9-constants.ts';
import { DIRECTORY_HANDLE } from './p9-handles.ts';
import { P9Node } from './p9-node.ts';
import type { Maybe, P9Attributes, P9Handle } from './p9-node.ts';
import { stableQid } from './p9-qid.ts';
import type { Qid } from './p9-wire.ts';

export class FixedDirectory extends P9Node {
  readonly qid: Qid;
  readonly #path: readonly string[];
  readonly #children = new Map<string, P9Node>();
  #parent: P9Node | undefined;

  /** @param path below the server's root; empty for the root itself */
  constructor(path: readonly string[], parent?: P9Node) {
    super();
    this.#path = path;
    this.#parent = parent;
    this.qid = stableQid(QID.directory, path);
  }

  /** Adds an entry; the children of a directory are known before the guest looks. */
  add(name: string, node: P9Node): void {
    this.#children.set(name, node);
  }

  override readonly isDirectory = true;
  override get parent(): P9Node | undefined {
    return this.#parent;
  }
  override path(): readonly string[] {
    return this.#path;
  }
  override attributes(): P9Attributes {
    return directoryAttributes(0o555);
  }
  override open(): P9Handle {
    return DIRECTORY_HANDLE;
  }
  override lookup(name: string): Maybe<P9Node | undefined> {
    return this.#children.get(name);
  }
  override entries(): Maybe<readonly (readonly [string, P9Node])[]> {
    return [...this.#children];
  }
}

export function directoryAttributes(permissions: number): P9Attributes {
  const mode = MODE.directory | permissions;
  return { mode, uid: 0, gid: 0, links: 2, bytes: 0, atimeMs: 0, mtimeMs: 0, ctimeMs: 0 };
}
