// What each request does: fields in, fields out. Errors are thrown as P9Error; framing, tags and held reads are the server's.
import { ERRNO } from '../errno.ts';
import { GETATTR_BASIC, FS_MAGIC, LOCK, MAX_WALK, NO_FID, OPEN, SET, T, UNLINK_DIRECTORY } from './p9-constants.ts';
import type { P9FidTable } from './p9-fids.ts';
import { chain } from './p9-node.ts';
import type { Maybe, P9AttributeChange, P9Handle, P9Node } from './p9-node.ts';
import { checkName, walk } from './p9-walk.ts';
import { P9Error, stringBytes } from './p9-wire.ts';
import type { P9Reader, P9Writer } from './p9-wire.ts';

export interface P9Session {
  readonly root: P9Node;
  readonly fids: P9FidTable;
  /** The most a message may hold, as agreed by Tversion. */
  readonly msize: number;
}

export type P9Operation = (session: P9Session, input: P9Reader, out: P9Writer) => Maybe<void>;

/** Bytes of an Rread or Rreaddir before its data: header and count. */
export const READ_OVERHEAD_BYTES = 11;
/** What an open file may be read or written by at once, less the largest header (Twrite's). */
const IO_OVERHEAD_BYTES = 24;

/** Everything but version, flush and read, which concern the session as a whole. */
export const P9_OPERATIONS: Readonly<Record<number, P9Operation>> = {
  [T.auth]: refuse('auth', ERRNO.EOPNOTSUPP),
  [T.mknod]: refuse('mknod', ERRNO.EPERM),
  [T.xattrwalk]: refuse('xattrwalk', ERRNO.EOPNOTSUPP),
  [T.xattrcreate]: refuse('xattrcreate', ERRNO.EOPNOTSUPP),

  [T.attach]: ({ fids, root }, input, out) => {
    const fid = input.u32();
    const auth = input.u32();
    input.string();
    input.string();
    input.u32();
    input.end();
    if (auth !== NO_FID) throw new P9Error(ERRNO.EOPNOTSUPP, 'an attach with authentication');
    fids.add(fid, root, undefined);
    out.qid(root.qid);
  },

  [T.walk]: ({ fids }, input, out) => {
    const from = input.u32();
    const to = input.u32();
    const count = input.u16();
    if (count > MAX_WALK) throw new P9Error(ERRNO.EPROTO, `a walk of ${count} names`);
    const names = Array.from({ length: count }, () => input.string());
    input.end();
    const start = fids.get(from);
    if (start.handle !== undefined) throw new P9Error(ERRNO.EBUSY, `fid ${from} is open`);
    return chain(walk(start, names), ({ qids, end }) => {
      if (end !== undefined) fids[from === to ? 'replace' : 'add'](to, end.node, end.place);
      out.u16(qids.length);
      for (const qid of qids) out.qid(qid);
    });
  },

  [T.lopen]: ({ fids, msize }, input, out) => {
    const fid = fids.get(input.u32());
    const flags = input.u32();
    input.end();
    if (fid.handle !== undefined) throw new P9Error(ERRNO.EBUSY, 'the fid is open');
    return chain(fid.node.open(flags), (handle) => {
      fid.handle = handle;
      fid.openFlags = flags;
      out.qid(fid.node.qid).u32(msize - IO_OVERHEAD_BYTES);
    });
  },

  [T.lcreate]: ({ fids, msize }, input, out) => {
    const number = input.u32();
    const name = checkName(input.string());
    const flags = input.u32();
    const mode = input.u32();
    const gid = input.u32();
    input.end();
    const { node: directory, handle } = fids.get(number);
    if (handle !== undefined) throw new P9Error(ERRNO.EBUSY, 'the fid is open');
    const node = directory.createFile(name, mode, { uid: 0, gid });
    return chain(node.open(flags), (opened) => {
      fids.replace(number, node, { directory, name });
      const fid = fids.get(number);
      fid.handle = opened;
      fid.openFlags = flags;
      out.qid(node.qid).u32(msize - IO_OVERHEAD_BYTES);
    });
  },

  [T.write]: ({ fids }, input, out) => {
    const { handle } = fids.get(input.u32());
    const offset = input.u64();
    const bytes = input.bytes(input.u32());
    input.end();
    return chain(opened(handle).write(offset, bytes), (taken) => void out.u32(taken));
  },

  [T.clunk]: ({ fids }, input) => {
    const fid = input.u32();
    input.end();
    fids.remove(fid);
  },

  [T.remove]: ({ fids }, input) => {
    const number = input.u32();
    input.end();
    const { node, place } = fids.get(number);
    // The protocol clunks the fid even when the removal is refused.
    fids.remove(number);
    if (place === undefined) throw new P9Error(ERRNO.EBUSY, 'remove the root');
    place.directory.removeEntry(place.name, node.isDirectory);
  },

  [T.getattr]: ({ fids }, input, out) => {
    const { node } = fids.get(input.u32());
    input.u64();
    input.end();
    return chain(node.attributes(), (attributes) => {
      out.u64(GETATTR_BASIC).qid(node.qid).u32(attributes.mode).u32(attributes.uid).u32(attributes.gid);
      out
        .u64(attributes.links)
        .u64(0)
        .u64(attributes.bytes)
        .u64(4096)
        .u64(Math.ceil(attributes.bytes / 512));
      for (const ms of [attributes.atimeMs, attributes.mtimeMs, attributes.ctimeMs]) writeTime(out, ms);
      out.u64(0).u64(0).u64(0).u64(0);
    });
  },

  [T.setattr]: ({ fids }, input) => {
    const { node } = fids.get(input.u32());
    const valid = input.u32();
    const [mode, uid, gid] = [input.u32(), input.u32(), input.u32()];
    const bytes = input.u64();
    const [atimeMs, mtimeMs] = [readTime(input), readTime(input)];
    input.end();
    const now = Date.now();
    const change: P9AttributeChange = {};
    if (valid & SET.mode) change.mode = mode;
    if (valid & SET.uid) change.uid = uid;
    if (valid & SET.gid) change.gid = gid;
    if (valid & SET.size) change.bytes = bytes;
    if (valid & SET.atime) change.atimeMs = valid & SET.atimeGiven ? atimeMs : now;
    if (valid & SET.mtime) change.mtimeMs = valid & SET.mtimeGiven ? mtimeMs : now;
    node.setAttributes(change);
  },

  [T.readdir]: ({ fids, msize }, input, out) => {
    const fid = fids.get(input.u32());
    const offset = input.u64();
    const count = Math.min(input.u32(), msize - READ_OVERHEAD_BYTES);
    input.end();
    opened(fid.handle);
    const known = offset === 0 ? undefined : fid.listing;
    return chain(known ?? listing(fid.node), (entries) => {
      fid.listing = entries;
      let room = count;
      const fitting = entries.slice(offset).filter(([name]) => (room -= 24 + stringBytes(name)) >= 0);
      out.u32(fitting.reduce((sum, [name]) => sum + 24 + stringBytes(name), 0));
      fitting.forEach(([name, node], index) => {
        out
          .qid(node.qid)
          .u64(offset + index + 1)
          .u8(node.isDirectory ? 4 : 0)
          .string(name);
      });
    });
  },

  [T.readlink]: ({ fids }, input, out) => {
    const { node } = fids.get(input.u32());
    input.end();
    out.string(node.readLink());
  },

  [T.symlink]: ({ fids }, input, out) => {
    const { node } = fids.get(input.u32());
    const name = checkName(input.string());
    const target = input.string();
    const gid = input.u32();
    input.end();
    out.qid(node.createSymlink(name, target, { uid: 0, gid }).qid);
  },

  [T.link]: ({ fids }, input) => {
    const { node: directory } = fids.get(input.u32());
    const { node } = fids.get(input.u32());
    const name = checkName(input.string());
    input.end();
    directory.linkTo(name, node);
  },

  [T.mkdir]: ({ fids }, input, out) => {
    const { node } = fids.get(input.u32());
    const name = checkName(input.string());
    const mode = input.u32();
    const gid = input.u32();
    input.end();
    out.qid(node.createDirectory(name, mode, { uid: 0, gid }).qid);
  },

  [T.rename]: ({ fids }, input) => {
    const { place } = fids.get(input.u32());
    const { node: directory } = fids.get(input.u32());
    const name = checkName(input.string());
    input.end();
    if (place === undefined) throw new P9Error(ERRNO.EBUSY, 'rename the root');
    rename(fids, place, { directory, name });
  },

  [T.renameat]: ({ fids }, input) => {
    const { node: fromDirectory } = fids.get(input.u32());
    const fromName = checkName(input.string());
    const { node: toDirectory } = fids.get(input.u32());
    const toName = checkName(input.string());
    input.end();
    rename(fids, { directory: fromDirectory, name: fromName }, { directory: toDirectory, name: toName });
  },

  [T.unlinkat]: ({ fids }, input) => {
    const { node } = fids.get(input.u32());
    const name = checkName(input.string());
    const flags = input.u32();
    input.end();
    node.removeEntry(name, (flags & UNLINK_DIRECTORY) !== 0);
  },

  [T.statfs]: ({ fids }, input, out) => {
    fids.get(input.u32());
    input.end();
    // Memory has no fixed size; a gibibyte free keeps `df` and installers content.
    const blocks = 1 << 18;
    out
      .u32(FS_MAGIC)
      .u32(4096)
      .u64(blocks)
      .u64(blocks)
      .u64(blocks)
      .u64(1 << 20)
      .u64(1 << 20)
      .u64(0)
      .u32(255);
  },

  [T.fsync]: ({ fids }, input) => {
    fids.get(input.u32());
    input.u32();
    input.end();
  },

  // The guest's kernel keeps the locks among its own processes, and there is no other client.
  [T.lock]: ({ fids }, input, out) => {
    fids.get(input.u32());
    out.u8(LOCK.success);
  },

  [T.getlock]: ({ fids }, input, out) => {
    fids.get(input.u32());
    input.u8();
    const [start, length] = [input.bytes(8), input.bytes(8)];
    const process = input.u32();
    const client = input.string();
    input.end();
    out.u8(LOCK.typeUnlock).bytes(start).bytes(length).u32(process).string(client);
  },
};

export function opened(handle: P9Handle | undefined): P9Handle {
  if (handle === undefined) throw new P9Error(ERRNO.EBADF, 'the fid is not open');
  return handle;
}

/** Flags to open a saved fid again: what it did at its first open must not happen twice. */
export function reopenFlags(flags: number): number {
  return flags & ~(OPEN.create | OPEN.exclusive | OPEN.truncate);
}

function refuse(what: string, errno: number): P9Operation {
  return () => {
    throw new P9Error(errno, what);
  };
}

function rename(
  fids: P9FidTable,
  from: { directory: P9Node; name: string },
  to: { directory: P9Node; name: string },
): void {
  from.directory.renameEntry(from.name, to.directory, to.name);
  fids.moved(from, to);
}

function listing(node: P9Node): Maybe<readonly (readonly [string, P9Node])[]> {
  return chain(node.entries(), (entries) => [['.', node], ['..', node.parent ?? node], ...entries]);
}

function readTime(input: P9Reader): number {
  return input.u64() * 1000 + Math.floor(input.u64() / 1e6);
}

function writeTime(out: P9Writer, ms: number): void {
  const seconds = Math.floor(ms / 1000);
  out.u64(seconds).u64(Math.floor((ms - seconds * 1000) * 1e6));
}
