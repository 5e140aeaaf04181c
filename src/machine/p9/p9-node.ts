// What the 9p server serves: nodes (files, directories, symlinks, channels) and the handles of open ones. A node refuses
// what it does not override, so that a read-only tree needs no code to be read-only.
import { ERRNO } from '../errno.ts';
import { P9Error } from './p9-wire.ts';
import type { Qid } from './p9-wire.ts';

export type Maybe<Value> = Value | Promise<Value>;

export interface P9Attributes {
  /** With the file type bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly bytes: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** Only what is to change. Times in ms since 1970. */
export interface P9AttributeChange {
  mode?: number;
  uid?: number;
  gid?: number;
  bytes?: number;
  atimeMs?: number;
  mtimeMs?: number;
}

export interface P9Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface P9Handle {
  /** Up to `count` bytes; none at the end. */
  read(offset: number, count: number): Maybe<Uint8Array>;
  /**
   * Channels: calls `settle` once, when there is data, at the end (no bytes), or with an error; maybe at once.
   * @returns forgets the read without taking data. `settle` is not called after that
   */
  hold?(count: number, settle: (result: Uint8Array | P9Error) => void): () => void;
  /** @returns the bytes taken. `bytes` is a view: copy it to keep it */
  write(offset: number, bytes: Uint8Array): Maybe<number>;
  close(): void;
}

export abstract class P9Node {
  abstract readonly qid: Qid;
  abstract attributes(): Maybe<P9Attributes>;
  /** @param flags open(2)'s */
  abstract open(flags: number): Maybe<P9Handle>;

  /** Of a directory; the root's is undefined. */
  get parent(): P9Node | undefined {
    return undefined;
  }
  /** A directory's place below the server's root, for saved fids; undefined when it is no longer reachable. */
  path(): readonly string[] | undefined {
    return undefined;
  }
  readonly isDirectory: boolean = false;
  lookup(_name: string): Maybe<P9Node | undefined> {
    throw new P9Error(ERRNO.ENOTDIR, 'walk through a file');
  }
  entries(): Maybe<readonly (readonly [name: string, node: P9Node])[]> {
    throw new P9Error(ERRNO.ENOTDIR, 'list a file');
  }
  readLink(): string {
    throw new P9Error(ERRNO.EINVAL, 'readlink of no link');
  }
  setAttributes(_change: P9AttributeChange): void {
    throw new P9Error(ERRNO.EROFS, 'change attributes');
  }
  createFile(_name: string, _mode: number, _owner: P9Owner): P9Node {
    throw new P9Error(ERRNO.EROFS, 'create a file');
  }
  createDirectory(_name: string, _mode: number, _owner: P9Owner): P9Node {
    throw new P9Error(ERRNO.EROFS, 'create a directory');
  }
  createSymlink(_name: string, _target: string, _owner: P9Owner): P9Node {
    throw new P9Error(ERRNO.EROFS, 'create a link');
  }
  linkTo(_name: string, _target: P9Node): void {
    throw new P9Error(ERRNO.EROFS, 'create a link');
  }
  removeEntry(_name: string, _directory: boolean): void {
    throw new P9Error(ERRNO.EROFS, 'remove');
  }
  renameEntry(_name: string, _toDirectory: P9Node, _toName: string): void {
    throw new P9Error(ERRNO.EROFS, 'rename');
  }
}

/** `then` without the wait when the value is there already: the guest gets its answer in the same tick. */
export function chain<Value, Result>(value: Maybe<Value>, next: (value: Value) => Maybe<Result>): Maybe<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
