// Random trees against the referees: fsck.erofs accepts each image, dump.erofs counts and describes what the tree has, and a
// reader of our own, written from the format's description, finds every file with all that it is.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkErofs, dumpErofs } from '../../../test/support/erofs-tools.ts';
import { bytesOf } from './byte-string.ts';
import type { DirectoryNode, FileNode, RegularNode } from './file-node.ts';
import { readErofs } from './testing/erofs-reader.ts';
import type { ReadNode } from './testing/erofs-reader.ts';
import { newImage } from './testing/new-image.ts';
import { randomOf } from './testing/random-layer.ts';
import { randomTree } from './testing/random-tree.ts';

const SEEDS = Array.from({ length: 30 }, (_, i) => 1000 + i);
const KIND_BITS = { file: 8, directory: 4, symlink: 10, char: 2, block: 6, fifo: 1 } as const;
const DUMPED = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symlink file',
  char: 'char dev',
  block: 'block dev',
  fifo: 'FIFO file',
} as const;

type Expected = Omit<ReadNode, 'nid'>;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-erofs-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function everyName(root: DirectoryNode): Map<string, FileNode> {
  const found = new Map<string, FileNode>([['/', root]]);
  const ahead: [path: string, node: DirectoryNode][] = [['', root]];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [path, { children }] = next;
    for (const [name, node] of children) {
      found.set(`${path}/${name}`, node);
      if (node.kind === 'directory') ahead.push([`${path}/${name}`, node]);
    }
  }
  return found;
}

function linksOf(node: FileNode, names: ReadonlyMap<string, FileNode>): number {
  if (node.kind === 'directory')
    return 2 + [...node.children.values()].filter(({ kind }) => kind === 'directory').length;
  return [...names.values()].filter((other) => other === node).length;
}

function expected(node: FileNode, links: number, contents: ReadonlyMap<RegularNode, Uint8Array>): Expected {
  const { mode, uid, gid, mtimeS, mtimeNs } = node;
  const opaque = node.kind === 'directory' && node.opaque ? { 'trusted.overlay.opaque': bytesOf('y') } : {};
  return {
    mode: (KIND_BITS[node.kind] << 12) | mode,
    uid,
    gid,
    mtimeS,
    mtimeNs,
    links,
    // new_encode_dev of linux/kdev_t.h.
    rdev:
      node.kind === 'char' || node.kind === 'block'
        ? ((node.minor & 0xff) | (node.major << 8) | ((node.minor & ~0xff) << 12)) >>> 0
        : 0,
    content:
      node.kind === 'file'
        ? (contents.get(node) ?? new Uint8Array(0))
        : node.kind === 'symlink'
          ? bytesOf(node.target)
          : new Uint8Array(0),
    xattrs: { ...Object.fromEntries(node.xattrs), ...opaque },
  };
}

/** All of it but where it stands; of a directory without its entries, which the names tell. */
function described(node: Expected): string {
  const { mode, uid, gid, mtimeS, mtimeNs, links, rdev } = node;
  const xattrs = Object.entries(node.xattrs).map(([name, value]) => `${name}=${Buffer.from(value).toString('base64')}`);
  const content = mode >> 12 === KIND_BITS.directory ? '' : Buffer.from(node.content).toString('base64');
  return JSON.stringify([mode, uid, gid, mtimeS, mtimeNs, links, rdev, content, xattrs.sort()]);
}

describe('ErofsWriter', () => {
  it.each(SEEDS)('keeps all of random tree %i', async (seed) => {
    const random = randomOf(seed);
    const { image: writer, bytesOf } = await newImage();
    const { root, contents } = randomTree(random, 1 + random(250), writer.contents);
    const names = everyName(root);
    const wanted = new Map([...names].map(([path, node]) => [path, expected(node, linksOf(node, names), contents)]));

    const image = await bytesOf(root);
    const file = join(directory, `${seed}.erofs`);
    await writeFile(file, image);
    await checkErofs(file);

    const read = readErofs(image);
    expect([...read.keys()].sort()).toEqual([...wanted.keys()].sort());
    const different = [...wanted].filter(([path, node]) => {
      const found = read.get(path);
      return found === undefined || described(found) !== described(node);
    });
    expect(different).toEqual([]);

    const statistics = await dumpErofs(file, '-S');
    for (const [kind, shown] of Object.entries(DUMPED)) {
      const count = [...names.values()].filter((node) => node.kind === kind).length;
      expect(statistics).toMatch(new RegExp(`Filesystem ${shown} count:\\s+${count}\\n`));
    }
    expect(await dumpErofs(file, '-s')).toMatch(
      new RegExp(`Filesystem inode count:\\s+${new Set(names.values()).size}\\n`),
    );
    await expectDumped(file, [...read].at(random(read.size)) ?? ['/', undefined]);
  });
});

async function expectDumped(file: string, [path, node]: readonly [string, ReadNode | undefined]): Promise<void> {
  if (node === undefined) throw new Error(`${path} is not in the image`);
  const shown = await dumpErofs(file, `--nid=${node.nid}`);
  expect(shown).toContain(`Links: ${node.links} `);
  expect(shown).toContain(
    `Uid: ${node.uid}   Gid: ${node.gid}  Access: ${(node.mode & 0o777).toString(8).padStart(4, '0')}`,
  );
  expect(shown).toContain(`.${String(node.mtimeNs).padStart(9, '0')}`);
}
