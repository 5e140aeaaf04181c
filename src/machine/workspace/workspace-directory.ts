// Directories of the workspace: names, and everything that changes them.
import { ERRNO } from '../errno.ts';
import { MODE, QID } from '../p9/p9-constants.ts';
import { DIRECTORY_HANDLE } from '../p9/p9-handles.ts';
import type { P9Handle, P9Node, P9Owner } from '../p9/p9-node.ts';
import { P9Error } from '../p9/p9-wire.ts';
import { WorkspaceFile, WorkspaceLink } from './workspace-file.ts';
import { WorkspaceNode } from './workspace-node.ts';
import type { WorkspaceContext } from './workspace-tree.ts';

export class WorkspaceDirectory extends WorkspaceNode {
  readonly #context: WorkspaceContext;
  readonly #children = new Map<string, WorkspaceNode>();
  #parent: WorkspaceDirectory | undefined;
  #name: string;
  #mount: { readonly parent: P9Node; readonly name: string } | undefined;

  constructor(
    context: WorkspaceContext,
    parent: WorkspaceDirectory | undefined,
    name: string,
    permissions: number,
    owner: P9Owner,
  ) {
    super(context.nextQid(QID.directory), MODE.directory, permissions, owner);
    this.#context = context;
    this.#parent = parent;
    this.#name = name;
    this.links = 2;
  }

  /** For the tree's root: where the export shows it. */
  mountBelow(parent: P9Node, name: string): void {
    this.#mount = { parent, name };
  }

  override get bytes(): number {
    return 4096;
  }
  override readonly isDirectory = true;
  override get parent(): P9Node | undefined {
    return this.#parent ?? this.#mount?.parent;
  }
  override path(): readonly string[] | undefined {
    if (this.#mount !== undefined) return [...(this.#mount.parent.path() ?? []), this.#mount.name];
    const above = this.#parent?.path();
    return above && [...above, this.#name];
  }

  /** Below the workspace; '' for its root. */
  relativePath(name?: string): string {
    const own = this.#parent === undefined ? '' : this.#parent.relativePath(this.#name);
    if (name === undefined) return own;
    return own === '' ? name : `${own}/${name}`;
  }

  override lookup(name: string): WorkspaceNode | undefined {
    return this.#children.get(name);
  }
  override entries(): readonly (readonly [string, WorkspaceNode])[] {
    return [...this.#children];
  }
  override open(): P9Handle {
    return DIRECTORY_HANDLE;
  }
  protected override resize(): void {
    throw new P9Error(ERRNO.EISDIR, 'truncate a directory');
  }

  override createFile(name: string, mode: number, owner: P9Owner): WorkspaceFile {
    return this.#create(name, new WorkspaceFile(this.#context, mode, owner));
  }
  override createDirectory(name: string, mode: number, owner: P9Owner): WorkspaceDirectory {
    return this.#create(name, new WorkspaceDirectory(this.#context, this, name, mode, owner));
  }
  override createSymlink(name: string, target: string, owner: P9Owner): WorkspaceLink {
    return this.#create(name, new WorkspaceLink(this.#context, target, owner));
  }

  override linkTo(name: string, target: P9Node): void {
    if (!(target instanceof WorkspaceNode)) throw new P9Error(ERRNO.EXDEV, 'link to another tree');
    if (target.isDirectory) throw new P9Error(ERRNO.EPERM, 'link to a directory');
    this.#create(name, target);
    target.links += 1;
  }

  override removeEntry(name: string, directory: boolean): void {
    const node = this.#existing(name);
    if (directory && !(node instanceof WorkspaceDirectory)) throw new P9Error(ERRNO.ENOTDIR, `rmdir of "${name}"`);
    if (!directory && node instanceof WorkspaceDirectory) throw new P9Error(ERRNO.EISDIR, `unlink of "${name}"`);
    this.#drop(name, node);
    this.#context.changed({ kind: 'removed', path: this.relativePath(name) });
  }

  override renameEntry(name: string, toDirectory: P9Node, toName: string): void {
    if (!(toDirectory instanceof WorkspaceDirectory)) throw new P9Error(ERRNO.EXDEV, 'rename into another tree');
    const node = this.#existing(name);
    const replaced = toDirectory.#children.get(toName);
    if (replaced === node) return;
    if (node instanceof WorkspaceDirectory) node.#refuseInside(toDirectory);
    if (replaced !== undefined) {
      if (node.isDirectory && !replaced.isDirectory) throw new P9Error(ERRNO.ENOTDIR, `"${toName}" is a file`);
      if (!node.isDirectory && replaced.isDirectory) throw new P9Error(ERRNO.EISDIR, `"${toName}" is a directory`);
      toDirectory.#drop(toName, replaced);
    }
    const from = this.relativePath(name);
    this.#detach(name, node);
    toDirectory.#attach(toName, node);
    this.#context.changed({ kind: 'renamed', path: toDirectory.relativePath(toName), from });
  }

  #create<Node extends WorkspaceNode>(name: string, node: Node): Node {
    if (this.#children.has(name)) throw new P9Error(ERRNO.EEXIST, `"${name}" is there`);
    // A removed directory can still be somebody's current one; nothing new may appear in it.
    if (this.path() === undefined) throw new P9Error(ERRNO.ENOENT, 'the directory was removed');
    this.#attach(name, node);
    this.#context.changed({ kind: 'created', path: this.relativePath(name) });
    return node;
  }

  #existing(name: string): WorkspaceNode {
    const node = this.#children.get(name);
    if (node === undefined) throw new P9Error(ERRNO.ENOENT, `"${name}" is not there`);
    return node;
  }

  #drop(name: string, node: WorkspaceNode): void {
    if (node instanceof WorkspaceDirectory && node.#children.size > 0) throw new P9Error(ERRNO.ENOTEMPTY, `"${name}"`);
    this.#detach(name, node);
    node.links -= node.isDirectory ? 2 : 1;
  }

  #attach(name: string, node: WorkspaceNode): void {
    this.#children.set(name, node);
    if (node instanceof WorkspaceDirectory) {
      node.#parent = this;
      node.#name = name;
      this.links += 1;
    } else if (node instanceof WorkspaceFile) {
      node.name = () => this.relativePath(name);
    }
    this.touch();
  }

  #detach(name: string, node: WorkspaceNode): void {
    this.#children.delete(name);
    if (node instanceof WorkspaceDirectory) {
      node.#parent = undefined;
      this.links -= 1;
    } else if (node instanceof WorkspaceFile) {
      node.name = undefined;
    }
    this.touch();
  }

  // A directory inside itself would be lost with everything in it.
  #refuseInside(target: WorkspaceDirectory): void {
    let at: WorkspaceDirectory | undefined = target;
    while (at !== undefined) {
      if (at === this) throw new P9Error(ERRNO.EINVAL, 'move a directory into itself');
      at = at.#parent;
    }
  }
}
