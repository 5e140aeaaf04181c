// The host's files for tests of the engine: a map of paths, with the errnos that the guest's kernel would give.
import { DrydockError } from '../../contracts/errors.ts';
import type { HostFiles, HostStat } from '../../contracts/runtime.ts';
import { ERRNO } from '../errno.ts';

interface FakeNode {
  readonly kind: 'file' | 'directory' | 'symlink';
  mode: number;
  bytes: Uint8Array;
  modifiedS: number;
}

export class FakeFiles implements HostFiles {
  readonly #nodes = new Map<string, FakeNode>([['/', directory(0o755)]]);
  #freeBytes: number | undefined;
  /** `uid:gid` of what has been given to somebody. */
  readonly owners = new Map<string, string>();

  async read(path: string): Promise<Uint8Array> {
    const node = this.#get(path, 'read');
    if (node.kind === 'directory') throw refuse('read', path, ERRNO.EISDIR, 'Is a directory');
    return node.bytes.slice();
  }

  async readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
    return (await this.read(path)).slice(offset, offset + length);
  }

  /** From now on the disk takes this many more bytes, then refuses with ENOSPC; undefined is no limit. */
  limitBytes(bytes: number | undefined): void {
    this.#freeBytes = bytes;
  }

  async write(path: string, bytes: Uint8Array, options: { mode?: number; append?: boolean } = {}): Promise<void> {
    const parent = this.#nodes.get(parentOf(path));
    if (parent === undefined) throw refuse('write', path, ERRNO.ENOENT, 'No such file or directory');
    if (parent.kind !== 'directory') throw refuse('write', path, ERRNO.ENOTDIR, 'Not a directory');
    const before = this.#nodes.get(path);
    if (before?.kind === 'directory') throw refuse('write', path, ERRNO.EISDIR, 'Is a directory');
    if (this.#freeBytes !== undefined && bytes.length > this.#freeBytes) {
      throw refuse('write', path, ERRNO.ENOSPC, 'No space left on device');
    }
    if (this.#freeBytes !== undefined) this.#freeBytes -= bytes.length;
    const head = options.append === true && before !== undefined ? before.bytes : new Uint8Array(0);
    const content = new Uint8Array(head.length + bytes.length);
    content.set(head);
    content.set(bytes, head.length);
    const mode = before?.mode ?? options.mode ?? 0o644;
    this.#nodes.set(path, { kind: 'file', mode, bytes: content, modifiedS: nowS() });
  }

  async mkdir(path: string, mode = 0o755): Promise<void> {
    let at = '';
    for (const name of path.split('/').filter((part) => part !== '')) {
      at += `/${name}`;
      const node = this.#nodes.get(at);
      if (node?.kind === 'file') throw refuse('mkdir', path, ERRNO.ENOTDIR, 'Not a directory');
      if (node === undefined) this.#nodes.set(at, directory(mode));
    }
  }

  async stat(path: string): Promise<HostStat> {
    const node = this.#get(path, 'stat');
    return { kind: node.kind, mode: node.mode, bytes: node.bytes.length, modifiedS: node.modifiedS };
  }

  async list(path: string): Promise<string[]> {
    const node = this.#get(path, 'list');
    if (node.kind === 'file') throw refuse('list', path, ERRNO.ENOTDIR, 'Not a directory');
    const prefix = path === '/' ? '/' : `${path}/`;
    const below = [...this.#nodes.keys()].filter((key) => key.startsWith(prefix) && key !== '/');
    return below
      .map((key) => key.slice(prefix.length))
      .filter((name) => !name.includes('/'))
      .sort();
  }

  async symlink(target: string, path: string): Promise<void> {
    if (this.#nodes.has(path)) throw refuse('link', path, ERRNO.EEXIST, 'File exists');
    this.#get(parentOf(path), 'link');
    const bytes = new TextEncoder().encode(target);
    this.#nodes.set(path, { kind: 'symlink', mode: 0o777, bytes, modifiedS: nowS() });
  }

  async rename(from: string, to: string): Promise<void> {
    const node = this.#get(from, 'rename');
    this.#get(parentOf(to), 'rename');
    const there = this.#nodes.get(to);
    if (there?.kind === 'directory' && (await this.list(to)).length > 0) {
      throw refuse('rename', from, ERRNO.ENOTEMPTY, 'Directory not empty');
    }
    this.#nodes.delete(from);
    this.#nodes.set(to, node);
    for (const [path, below] of [...this.#nodes]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.#nodes.delete(path);
      this.#nodes.set(to + path.slice(from.length), below);
    }
  }

  async chown(path: string, uid: number, gid: number): Promise<void> {
    this.#get(path, 'chown');
    this.owners.set(path, `${uid}:${gid}`);
  }

  async remove(path: string): Promise<void> {
    for (const key of [...this.#nodes.keys()]) {
      if (key === path || key.startsWith(`${path}/`)) this.#nodes.delete(key);
    }
  }

  #get(path: string, action: string): FakeNode {
    const node = this.#nodes.get(path);
    if (node === undefined) throw refuse(action, path, ERRNO.ENOENT, 'No such file or directory');
    return node;
  }
}

function directory(mode: number): FakeNode {
  return { kind: 'directory', mode, bytes: new Uint8Array(0), modifiedS: nowS() };
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}

function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut <= 0 ? '/' : path.slice(0, cut);
}

function refuse(action: string, path: string, errno: number, reason: string): DrydockError {
  return new DrydockError('guest', `Cannot ${action} "${path}": ${reason}`, { errno });
}
