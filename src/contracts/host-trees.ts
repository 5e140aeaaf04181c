// Trees of files on the machine, moved as tars and looked at as a container sees them: what cp, diff, export and commit need.
import type { RootfsPaths } from './runtime.ts';

/** A root directory with mounts in it, put together for one operation and seen by nobody else. */
export interface TreeView {
  /** On the host. */
  readonly root: string;
  /** Parents before children. Targets are paths in the root; missing ones are made. */
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
}

export interface TreeStat {
  /** With the file type bits of stat(2). */
  readonly mode: number;
  readonly bytes: number;
  readonly modifiedS: number;
  readonly modifiedNs: number;
  /** With every link followed: of a link when its own attributes were asked for, of the path itself otherwise. */
  readonly target: string;
}

export interface PackOptions {
  /** Name of the path in the archive. Without one, only what is in the directory is packed, with names relative to it. */
  readonly name?: string;
  /** overlayfs' marks become OCI whiteouts (image spec, layer.md#whiteouts). */
  readonly whiteouts?: boolean;
}

export interface UnpackOptions {
  /** Of everything, instead of what the archive says. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** A directory and something else do not replace each other. */
  readonly noOverwrite?: boolean;
}

export interface TreeChange {
  readonly path: string;
  readonly kind: 'modified' | 'added' | 'deleted';
}

/**
 * Paths are absolute, in the view. Errors are DrydockError `guest` with the errno and a message in the words of Go's os
 * package (`lstat /x: no such file or directory`); a malformed archive has EBADMSG.
 */
export interface HostTrees {
  /** @param follow the last part, too, must then exist */
  stat(view: TreeView, path: string, follow: boolean): Promise<TreeStat>;
  /** A tar, made as it is read. A failure on the way errors the stream; cancelling it ends the work. */
  pack(view: TreeView, path: string, options: PackOptions): Promise<ReadableStream<Uint8Array>>;
  /** Takes an uncompressed tar to its end. Resolves when everything is in place. */
  unpack(view: TreeView, directory: string, tar: ReadableStream<Uint8Array>, options: UnpackOptions): Promise<void>;
  /** What the writable layer of a prepared root changed, parents before children. */
  changes(root: RootfsPaths): Promise<TreeChange[]>;
  /** Bytes of what is in a directory, hard links counted once, directories themselves not. */
  usage(directory: string): Promise<number>;
}
