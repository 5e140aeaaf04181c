// Reads EROFS images back for tests, written from the format's description and not from our writer's constants, so that the
// two check each other. Only what our images use: extended inodes, plain and inline content, inline attributes.

export interface ReadNode {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeS: number;
  readonly mtimeNs: number;
  readonly links: number;
  readonly nid: number;
  readonly rdev: number;
  /** Of files and symbolic links. */
  readonly content: Uint8Array;
  readonly xattrs: Record<string, Uint8Array>;
}

const PREFIXES: Readonly<Record<number, string>> = {
  1: 'user.',
  2: 'system.posix_acl_access',
  3: 'system.posix_acl_default',
  4: 'trusted.',
  6: 'security.',
};

/** Every file by its path; names as one character a byte. */
export function readErofs(image: Uint8Array): Map<string, ReadNode> {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (view.getUint32(1024, true) !== 0xe0f5e1e2) throw new Error('no EROFS magic');
  const found = new Map<string, ReadNode>();
  const ahead: [path: string, nid: number][] = [['/', view.getUint16(1024 + 14, true)]];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [path, nid] = next;
    const node = readInode(image, view, nid);
    found.set(path, node);
    if ((node.mode & 0o170000) !== 0o040000) continue;
    for (const [name, child] of readDirectory(node.content)) {
      if (name !== '.' && name !== '..') ahead.push([path === '/' ? `/${name}` : `${path}/${name}`, child]);
    }
  }
  return found;
}

function readInode(image: Uint8Array, view: DataView, nid: number): ReadNode {
  // The superblock's meta_blkaddr.
  const at = view.getUint32(1024 + 40, true) * 4096 + nid * 32;
  const format = view.getUint16(at, true);
  if ((format & 1) !== 1) throw new Error(`inode ${nid} is not extended`);
  const count = view.getUint16(at + 2, true);
  const xattrBytes = count === 0 ? 0 : 12 + 4 * (count - 1);
  const mode = view.getUint16(at + 4, true);
  const size = Number(view.getBigUint64(at + 8, true));
  const union = view.getUint32(at + 16, true);
  const hasContent = [0o100000, 0o040000, 0o120000].includes(mode & 0o170000);
  const inline = format >> 1 === 2;
  const whole = inline ? size - (size % 4096) : size;
  const tailAt = at + 64 + xattrBytes;
  if (inline && Math.floor(tailAt / 4096) !== Math.floor((tailAt + (size % 4096) - 1) / 4096)) {
    throw new Error(`inline content of inode ${nid} crosses a block`);
  }
  const content = new Uint8Array(hasContent ? size : 0);
  if (hasContent) {
    content.set(image.subarray(union * 4096, union * 4096 + whole));
    content.set(image.subarray(tailAt, tailAt + size - whole), whole);
  }
  return {
    mode,
    uid: view.getUint32(at + 24, true),
    gid: view.getUint32(at + 28, true),
    mtimeS: Number(view.getBigInt64(at + 32, true)),
    mtimeNs: view.getUint32(at + 40, true),
    links: view.getUint32(at + 44, true),
    nid,
    rdev: hasContent ? 0 : union,
    content,
    xattrs: readXattrs(image.subarray(at + 64, tailAt)),
  };
}

function readXattrs(bytes: Uint8Array): Record<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const xattrs: Record<string, Uint8Array> = {};
  for (let at = 12; at < bytes.length;) {
    const nameLength = bytes[at] ?? 0;
    const valueLength = view.getUint16(at + 2, true);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 4 + nameLength));
    const valueAt = at + 4 + nameLength;
    xattrs[`${PREFIXES[bytes[at + 1] ?? 0]}${name}`] = bytes.slice(valueAt, valueAt + valueLength);
    at = (valueAt + valueLength + 3) & ~3;
  }
  return xattrs;
}

function readDirectory(bytes: Uint8Array): [name: string, nid: number][] {
  const entries: [string, number][] = [];
  for (let base = 0; base < bytes.length; base += 4096) {
    const block = bytes.subarray(base, base + 4096);
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    const count = view.getUint16(8, true) / 12;
    for (let i = 0; i < count; i++) {
      const start = view.getUint16(i * 12 + 8, true);
      const limit = i + 1 < count ? view.getUint16((i + 1) * 12 + 8, true) : block.length;
      const raw = String.fromCharCode(...block.subarray(start, limit));
      const name = raw.includes('\0') ? raw.slice(0, raw.indexOf('\0')) : raw;
      entries.push([name, Number(view.getBigUint64(i * 12, true))]);
    }
  }
  const names = entries.map(([name]) => name);
  if (names.some((name, i) => i > 0 && (names[i - 1] ?? '') >= name)) throw new Error('a directory is not sorted');
  return entries;
}
