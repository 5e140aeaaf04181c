// The numbers of 9P2000.L that the server uses. Source: the kernel's include/net/9p/9p.h and uapi fcntl.h (i386).

/** Request types; each reply is the request plus one. */
export const T = {
  statfs: 8,
  lopen: 12,
  lcreate: 14,
  symlink: 16,
  mknod: 18,
  rename: 20,
  readlink: 22,
  getattr: 24,
  setattr: 26,
  xattrwalk: 30,
  xattrcreate: 32,
  readdir: 40,
  fsync: 50,
  lock: 52,
  getlock: 54,
  link: 70,
  mkdir: 72,
  renameat: 74,
  unlinkat: 76,
  version: 100,
  auth: 102,
  attach: 104,
  flush: 108,
  walk: 110,
  read: 116,
  write: 118,
  clunk: 120,
  remove: 122,
} as const;

export const RLERROR = 7;
export const NO_FID = 0xffff_ffff;
export const MAX_WALK = 16;

export const QID = { directory: 0x80, symlink: 0x02, file: 0x00 } as const;

export const MODE = { typeMask: 0o170000, directory: 0o040000, file: 0o100000, symlink: 0o120000 } as const;

export const OPEN = {
  accessMask: 0o3,
  readOnly: 0,
  writeOnly: 1,
  readWrite: 2,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
} as const;

/** `valid` of Tsetattr. */
export const SET = {
  mode: 0x1,
  uid: 0x2,
  gid: 0x4,
  size: 0x8,
  atime: 0x10,
  mtime: 0x20,
  ctime: 0x40,
  atimeGiven: 0x80,
  mtimeGiven: 0x100,
} as const;

/** What Rgetattr fills: everything up to the blocks. */
export const GETATTR_BASIC = 0x7ff;
export const UNLINK_DIRECTORY = 0x200;
export const LOCK = { success: 0, typeUnlock: 2 } as const;
export const FS_MAGIC = 0x0102_1997;
