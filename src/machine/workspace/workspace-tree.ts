// /workspace: the learner's files in memory, shared by the guest (over 9p) and, later, the editor and its persistence.
import type { P9Node } from '../p9/p9-node.ts';
import type { Qid } from '../p9/p9-wire.ts';
import { WorkspaceDirectory } from './workspace-directory.ts';

/** Paths are relative to the workspace, without a leading slash. */
export type WorkspaceChange =
  | { readonly kind: 'created' | 'changed' | 'removed'; readonly path: string }
  | { readonly kind: 'renamed'; readonly path: string; readonly from: string };

/** What the nodes of one tree share. */
export interface WorkspaceContext {
  nextQid(type: number): Qid;
  changed(change: WorkspaceChange): void;
}

/** Above every stable qid of the export: those have 52 bits. */
const FIRST_QID = 2 ** 52;

export class WorkspaceTree implements WorkspaceContext {
  readonly root: WorkspaceDirectory;
  readonly #listeners = new Set<(change: WorkspaceChange) => void>();
  #lastQid = FIRST_QID;

  constructor() {
    this.root = new WorkspaceDirectory(this, undefined, '', 0o755, { uid: 0, gid: 0 });
  }

  /** Hangs the tree below `parent` of the export. */
  mount(parent: P9Node, name: string): P9Node {
    this.root.mountBelow(parent, name);
    return this.root;
  }

  /** Told after each change that the guest made. @returns ends it */
  onChange(listener: (change: WorkspaceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  nextQid(type: number): Qid {
    this.#lastQid += 1;
    return { type, version: 0, path: this.#lastQid };
  }

  changed(change: WorkspaceChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
