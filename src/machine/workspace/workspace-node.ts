// What files, links and directories of the workspace have in common: owner, mode, times, and the count of their names.
import { MODE } from '../p9/p9-constants.ts';
import { P9Node } from '../p9/p9-node.ts';
import type { P9AttributeChange, P9Attributes, P9Owner } from '../p9/p9-node.ts';
import type { Qid } from '../p9/p9-wire.ts';

export abstract class WorkspaceNode extends P9Node {
  readonly qid: Qid;
  readonly #type: number;
  #permissions: number;
  #owner: P9Owner;
  #atimeMs = Date.now();
  #mtimeMs = this.#atimeMs;
  #ctimeMs = this.#atimeMs;
  /** Names of it; a directory has one more for its own `.`. */
  links = 1;

  constructor(qid: Qid, type: number, permissions: number, owner: P9Owner) {
    super();
    this.qid = qid;
    this.#type = type;
    this.#permissions = permissions & ~MODE.typeMask;
    this.#owner = owner;
  }

  abstract get bytes(): number;

  override attributes(): P9Attributes {
    return {
      mode: this.#type | this.#permissions,
      ...this.#owner,
      links: this.links,
      bytes: this.bytes,
      atimeMs: this.#atimeMs,
      mtimeMs: this.#mtimeMs,
      ctimeMs: this.#ctimeMs,
    };
  }

  override setAttributes(change: P9AttributeChange): void {
    if (change.mode !== undefined) this.#permissions = change.mode & ~MODE.typeMask;
    this.#owner = { uid: change.uid ?? this.#owner.uid, gid: change.gid ?? this.#owner.gid };
    if (change.bytes !== undefined) this.resize(change.bytes);
    if (change.atimeMs !== undefined) this.#atimeMs = change.atimeMs;
    if (change.mtimeMs !== undefined) this.#mtimeMs = change.mtimeMs;
    this.#ctimeMs = Date.now();
  }

  /** @throws P9Error for what has no size of its own */
  protected abstract resize(bytes: number): void;

  /** Its content changed. */
  touch(): void {
    this.#mtimeMs = Date.now();
    this.#ctimeMs = this.#mtimeMs;
  }
}
