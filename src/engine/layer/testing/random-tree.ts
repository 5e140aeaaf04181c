// Random trees of everything that a layer's file system can have, the same for the same seed: names of any bytes, all kinds
// of nodes, attributes, hard links of each kind, whiteouts and opaque directories.
import type { ByteString } from '../byte-string.ts';
import { newDirectory, newWhiteout } from '../file-node.ts';
import type { DirectoryNode, FileAttributes, FileNode, RegularNode } from '../file-node.ts';
import type { FileContents } from '../image-content.ts';
import type { Random } from './random-layer.ts';
import { concatBytes } from './tar-archive.ts';

const XATTRS = ['user.', 'trusted.', 'security.'];

export interface RandomTree {
  readonly root: DirectoryNode;
  readonly contents: ReadonlyMap<RegularNode, Uint8Array>;
}

/** @param image takes what its files hold */
export function randomTree(random: Random, count: number, image: FileContents): RandomTree {
  const contents = new Map<RegularNode, Uint8Array>();
  const newFile = (attributes: FileAttributes, pieces: readonly Uint8Array[]): RegularNode => {
    const file = { kind: 'file' as const, ...attributes, size: pieces.reduce((sum, { length }) => sum + length, 0) };
    const node: RegularNode = { ...file, ...image.open(file) };
    for (const piece of pieces) image.put(node, piece);
    contents.set(node, concatBytes(pieces));
    return node;
  };
  const root = Object.assign(newDirectory(attributes(random)), { opaque: random(4) === 0 });
  const directories = [root];
  const linkable: FileNode[] = [];
  for (let made = 0; made < count;) {
    const parent = pick(random, directories) ?? root;
    // Now and then a directory that takes many blocks.
    for (let siblings = random(20) === 0 ? 200 : 1; siblings > 0 && made < count; siblings--) {
      const name = randomName(random);
      if (parent.children.has(name)) continue;
      const node = (random(8) === 0 ? pick(random, linkable) : undefined) ?? randomNode(random, newFile);
      parent.children.set(name, node);
      if (node.kind === 'directory') directories.push(node);
      else linkable.push(node);
      made++;
    }
  }
  return { root, contents };
}

function randomNode(
  random: Random,
  newFile: (attributes: FileAttributes, pieces: readonly Uint8Array[]) => RegularNode,
): FileNode {
  const common = attributes(random);
  switch (random(12)) {
    case 0:
    case 1:
    case 2:
      return Object.assign(newDirectory(common), { opaque: random(4) === 0 });
    case 3:
      return { kind: 'symlink', ...common, target: bytes(random, 1 + random(random(6) === 0 ? 4095 : 60), 1) };
    case 4:
      return { kind: 'fifo', ...common };
    case 5:
      return { kind: 'char', ...common, major: 1 + random(0xfff), minor: random(0x100000) };
    case 6:
      return { kind: 'block', ...common, major: random(0x1000), minor: random(0x100000) };
    case 7:
      return newWhiteout();
    default:
      return newFile(common, randomContent(random));
  }
}

/** In pieces, as layers come; sizes near a block's are as likely as any. */
function randomContent(random: Random): Uint8Array[] {
  const size = [
    random(200),
    random(6000),
    4096 * random(4) + random(3),
    4096 * (1 + random(3)) - random(3),
    random(60_000),
  ];
  const pieces: Uint8Array[] = [];
  for (let left = pick(random, size) ?? 0; left > 0;) {
    const piece = new Uint8Array(1 + random(left));
    // Half of them are holes.
    if (random(2) === 0) for (let i = 0; i < piece.length; i++) piece[i] = random(256);
    pieces.push(piece);
    left -= piece.length;
  }
  return pieces;
}

function attributes(random: Random): FileAttributes {
  const xattrs = new Map<ByteString, Uint8Array>();
  if (random(4) === 0) {
    for (let left = 1 + random(3); left > 0; left--) {
      const name = (pick(random, XATTRS) ?? '') + bytes(random, 1 + random(30), 1);
      xattrs.set(
        name,
        Uint8Array.from({ length: random(random(5) === 0 ? 5000 : 20) }, () => random(256)),
      );
    }
  }
  return {
    mode: random(0o10000),
    uid: random(2 ** 32 - 1),
    gid: random(2 ** 32 - 1),
    mtimeS: random(2 ** 32 - 1) - 2 ** 31,
    mtimeNs: random(1e9),
    xattrs,
  };
}

function randomName(random: Random): ByteString {
  const name = bytes(random, 1 + random(random(5) === 0 ? 255 : 20), 1).replaceAll('/', '_');
  return name === '.' || name === '..' ? `${name}_` : name;
}

function bytes(random: Random, length: number, least: number): ByteString {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(least + random(256 - least));
  return text;
}

function pick<T>(random: Random, from: readonly T[]): T | undefined {
  return from.length === 0 ? undefined : from[random(from.length)];
}
