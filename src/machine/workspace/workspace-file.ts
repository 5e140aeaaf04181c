// Regular files and symbolic links of the workspace.
import { ERRNO } from '../errno.ts';
import { MODE, OPEN, QID } from '../p9/p9-constants.ts';
import type { P9Handle, P9Owner } from '../p9/p9-node.ts';
import { P9Error } from '../p9/p9-wire.ts';
import { WorkspaceNode } from './workspace-node.ts';
import type { WorkspaceContext } from './workspace-tree.ts';

/** The page has a few hundred megabytes at best; one file must not take them all. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

export class WorkspaceFile extends WorkspaceNode {
  #content = new Uint8Array(0);
  #bytes = 0;
  /** A name of it, for change events; undefined when it has none any more. */
  name: (() => string) | undefined;
  readonly #context: WorkspaceContext;

  constructor(context: WorkspaceContext, permissions: number, owner: P9Owner) {
    super(context.nextQid(QID.file), MODE.file, permissions, owner);
    this.#context = context;
  }

  override get bytes(): number {
    return this.#bytes;
  }

  /** A copy. */
  content(): Uint8Array {
    return this.#content.slice(0, this.#bytes);
  }

  override open(flags: number): P9Handle {
    const access = flags & OPEN.accessMask;
    if (flags & OPEN.truncate && access !== OPEN.readOnly) this.resize(0);
    let written = false;
    return {
      read: (offset, count) => {
        if (access === OPEN.writeOnly) throw new P9Error(ERRNO.EBADF, 'read a file open for writing');
        return this.#content.slice(Math.min(offset, this.#bytes), Math.min(offset + count, this.#bytes));
      },
      write: (offset, bytes) => {
        if (access === OPEN.readOnly) throw new P9Error(ERRNO.EBADF, 'write a file open for reading');
        this.#reserve(offset + bytes.length);
        this.#content.set(bytes, offset);
        this.#bytes = Math.max(this.#bytes, offset + bytes.length);
        this.touch();
        written = true;
        return bytes.length;
      },
      // One event for a whole save: an editor that follows need not read half a file.
      close: () => {
        if (written && this.name !== undefined) this.#context.changed({ kind: 'changed', path: this.name() });
      },
    };
  }

  protected override resize(bytes: number): void {
    this.#reserve(bytes);
    if (bytes < this.#bytes) this.#content.fill(0, bytes, this.#bytes);
    this.#bytes = bytes;
    this.touch();
  }

  // Bytes between the size and the capacity are always zero: a write beyond the end leaves a hole of zeros.
  #reserve(bytes: number): void {
    if (bytes > MAX_FILE_BYTES) throw new P9Error(ERRNO.EFBIG, `a file of ${bytes} bytes`);
    if (bytes <= this.#content.length) return;
    const larger = new Uint8Array(Math.min(MAX_FILE_BYTES, Math.max(bytes, this.#content.length * 2)));
    larger.set(this.#content.subarray(0, this.#bytes));
    this.#content = larger;
  }
}

export class WorkspaceLink extends WorkspaceNode {
  readonly #target: string;

  constructor(context: WorkspaceContext, target: string, owner: P9Owner) {
    super(context.nextQid(QID.symlink), MODE.symlink, 0o777, owner);
    this.#target = target;
  }

  override get bytes(): number {
    return new TextEncoder().encode(this.#target).length;
  }
  override readLink(): string {
    return this.#target;
  }
  override open(): P9Handle {
    throw new P9Error(ERRNO.ELOOP, 'open a symbolic link');
  }
  protected override resize(): void {
    throw new P9Error(ERRNO.EINVAL, 'truncate a symbolic link');
  }
}
