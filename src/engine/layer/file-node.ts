// The files of one layer as a tree in memory, between the tar they came in and the EROFS image they become.
import type { ByteString } from './byte-string.ts';
import type { Content } from './content.ts';

export interface FileAttributes {
  /** Permission bits with setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  mtimeS: number;
  mtimeNs: number;
  xattrs: ReadonlyMap<ByteString, Uint8Array>;
}

export interface DirectoryNode extends FileAttributes {
  readonly kind: 'directory';
  readonly children: Map<ByteString, FileNode>;
  /** Hides what lower layers have in it. */
  opaque: boolean;
}

/** Where a file's content is. */
export interface ContentPlace {
  /** Blocks of the image that are written already, the last of them perhaps filled up with zeros; without any, 0. */
  readonly startBlock: number;
  readonly blocks: number;
  /** What of it is in no block and comes behind the inode, in the pieces in which it came; emptied once written. */
  tail: Content[];
}

export interface RegularNode extends FileAttributes, ContentPlace {
  readonly kind: 'file';
  readonly size: number;
}

export interface SymlinkNode extends FileAttributes {
  readonly kind: 'symlink';
  readonly target: ByteString;
}

export interface DeviceNode extends FileAttributes {
  readonly kind: 'char' | 'block';
  readonly major: number;
  readonly minor: number;
}

export interface FifoNode extends FileAttributes {
  readonly kind: 'fifo';
}

/** Hard links are one node under several names. */
export type FileNode = DirectoryNode | RegularNode | SymlinkNode | DeviceNode | FifoNode;

export const NO_XATTRS: ReadonlyMap<ByteString, Uint8Array> = new Map();

/** What a directory is that the tar only implies: root's, readable, at the epoch so that images stay reproducible. */
export function newDirectory(attributes: Partial<FileAttributes> = {}): DirectoryNode {
  return {
    kind: 'directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    mtimeS: 0,
    mtimeNs: 0,
    xattrs: NO_XATTRS,
    ...attributes,
    children: new Map(),
    opaque: false,
  };
}

/** overlayfs' own mark for a name that a lower layer has and this one deletes: a 0/0 character device. */
export function newWhiteout(): DeviceNode {
  return {
    kind: 'char',
    major: 0,
    minor: 0,
    mode: 0,
    uid: 0,
    gid: 0,
    mtimeS: 0,
    mtimeNs: 0,
    xattrs: new Map(),
  };
}

export function isWhiteout(node: FileNode | undefined): boolean {
  return node?.kind === 'char' && node.major === 0 && node.minor === 0;
}
