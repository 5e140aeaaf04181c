import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkErofs, describeFiles, extractErofs, extractTar } from '../../../test/support/erofs-tools.ts';
import { decodeName } from './byte-string.ts';
import { newDirectory } from './file-node.ts';
import { TarReader } from './tar-reader.ts';
import { readErofs } from './testing/erofs-reader.ts';
import { newImage } from './testing/new-image.ts';
import { randomLayer, randomOf } from './testing/random-layer.ts';
import { tarOf } from './testing/tar-archive.ts';
import type { TarItem } from './testing/tar-archive.ts';
import { LayerTree } from './tree.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-erofs-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function imageOf(archive: Uint8Array): Promise<Uint8Array> {
  const { image, bytesOf } = await newImage();
  const tree = new LayerTree(image.contents);
  const reader = new TarReader(tree);
  reader.push(archive);
  reader.end();
  return bytesOf(tree.root);
}

async function checked(name: string, archive: Uint8Array): Promise<Uint8Array> {
  const image = await imageOf(archive);
  await writeFile(join(directory, `${name}.erofs`), image);
  await checkErofs(join(directory, `${name}.erofs`));
  return image;
}

describe('ErofsWriter', () => {
  it('keeps owner, mode, times, links and devices', async () => {
    const image = await checked(
      'attributes',
      tarOf(
        { path: '.', type: '5', mode: 0o711, mtimeS: 5 },
        { path: 'su', content: 'x', mode: 0o4755, uid: 70_000, gid: 80_000, pax: { mtime: '1700000000.000000001' } },
        { path: 'before-1970', pax: { mtime: '-3.5' } },
        { path: 'also-su', type: '1', linkPath: 'su' },
        { path: 'null', type: '3', device: [1, 3], mode: 0o666 },
        { path: 'big-device', type: '4', device: [259, 70_000] },
        { path: 'pipe', type: '6' },
        { path: 'dir', type: '5' },
        { path: '.wh.gone' },
      ),
    );
    const files = readErofs(image);
    expect(files.get('/')).toMatchObject({ mode: 0o040711, links: 3, mtimeS: 5 });
    expect(files.get('/su')).toMatchObject({
      mode: 0o104755,
      uid: 70_000,
      gid: 80_000,
      mtimeS: 1_700_000_000,
      mtimeNs: 1,
      links: 2,
    });
    expect(files.get('/also-su')).toEqual(files.get('/su'));
    expect(files.get('/before-1970')).toMatchObject({ mtimeS: -4, mtimeNs: 500_000_000 });
    expect(files.get('/null')).toMatchObject({ mode: 0o020666, rdev: 0x103 });
    // new_encode_dev: the minor's upper bits stand above the major.
    expect(files.get('/big-device')?.rdev).toBe(((70_000 & 0xff) | (259 << 8) | ((70_000 & ~0xff) << 12)) >>> 0);
    expect(files.get('/pipe')?.mode).toBe(0o010644);
    expect(files.get('/gone')).toMatchObject({ mode: 0o020000, rdev: 0 });
    expect(files.get('/dir')).toMatchObject({ links: 2 });
  });

  it('keeps content of every size around a block', async () => {
    const sizes = [0, 1, 2047, 2048, 2049, 3967, 3968, 4032, 4095, 4096, 4097, 6143, 8192, 100_000];
    const contentOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 0xff);
    const image = await checked(
      'sizes',
      tarOf(...sizes.map((size) => ({ path: `f${size}`, content: contentOf(size) }))),
    );
    const files = readErofs(image);
    const same = sizes.filter(
      (size) => Buffer.compare(files.get(`/f${size}`)?.content ?? new Uint8Array(0), contentOf(size)) === 0,
    );
    expect(same).toEqual(sizes);
    expect(image.length % 4096).toBe(0);
  });

  it('keeps symbolic links of every length', async () => {
    const lengths = [1, 100, 4000, 4032, 4033, 4095];
    const items = lengths.map((length): TarItem => ({
      path: `l${length}`,
      type: '2',
      pax: { linkpath: 'x'.repeat(length) },
    }));
    const files = readErofs(await checked('links', tarOf(...items)));
    for (const length of lengths) expect(files.get(`/l${length}`)?.content.length).toBe(length);
  });

  it('keeps extended attributes, also when they fill blocks', async () => {
    const pax = {
      'SCHILY.xattr.security.capability': new Uint8Array([1, 0, 0, 2, 0, 4, 0, 0]),
      'SCHILY.xattr.user.empty': '',
      'SCHILY.xattr.trusted.a': 'b',
      'SCHILY.xattr.system.posix_acl_access': new Uint8Array([2, 0, 0, 0]),
      'SCHILY.xattr.user.big': new Uint8Array(9000).fill(7),
      'SCHILY.xattr.nobody.knows': 'left out',
    };
    const archive = tarOf(
      { path: 'd/.wh..wh..opq' },
      { path: 'f', pax, content: 'content' },
      { path: 'g', content: 'next' },
    );
    const files = readErofs(await checked('xattrs', archive));
    expect(files.get('/d')?.xattrs).toEqual({ 'trusted.overlay.opaque': new Uint8Array([0x79]) });
    expect(files.get('/f')?.xattrs).toEqual({
      'security.capability': new Uint8Array([1, 0, 0, 2, 0, 4, 0, 0]),
      'user.empty': new Uint8Array(0),
      'trusted.a': new Uint8Array([0x62]),
      'system.posix_acl_access': new Uint8Array([2, 0, 0, 0]),
      'user.big': new Uint8Array(9000).fill(7),
    });
    expect(decodeName(String.fromCharCode(...(files.get('/f')?.content ?? [])))).toBe('content');
  });

  it('keeps a directory of many blocks in the order that the kernel searches', async () => {
    const names = Array.from(
      { length: 3000 },
      (_, i) => `${['!', '-', 'a', 'ü', '~'][i % 5]}${'x'.repeat(i % 90)}${i}`,
    );
    const files = readErofs(
      await checked('many', tarOf(...names.map((name) => ({ path: name, pax: { path: name } })))),
    );
    expect([...files.keys()].map(decodeName).sort()).toEqual(['/', ...names.map((name) => `/${name}`)].sort());
  });

  it('writes an empty layer', async () => {
    expect([...readErofs(await checked('empty', tarOf())).keys()]).toEqual(['/']);
  });

  it('goes as deep as a layer can', async () => {
    const root = newDirectory();
    let here = root;
    for (let i = 0; i < 20_000; i++) {
      const next = newDirectory();
      here.children.set('d', next);
      here = next;
    }
    const { bytesOf } = await newImage();
    expect((await bytesOf(root)).length).toBeGreaterThan(20_000 * 64);
  });

  it('gives the same bytes for the same tar, however it comes', async () => {
    const archive = tarOf(...randomLayer(randomOf(7), 60));
    const image = await imageOf(archive);
    const { image: slow, bytesOf } = await newImage();
    const tree = new LayerTree(slow.contents);
    const reader = new TarReader(tree);
    for (let at = 0; at < archive.length; at += 700) {
      reader.push(archive.slice(at, at + 700));
      await slow.flush();
    }
    reader.end();
    expect(Buffer.compare(image, await bytesOf(tree.root))).toBe(0);
  });

  it('keeps a file of many chunks between others, and what replaced one', async () => {
    const large = Uint8Array.from({ length: 2_500_001 }, (_, i) => (i * 13 + (i >> 11)) & 0xff);
    const files = readErofs(
      await checked(
        'large',
        tarOf(
          { path: 'a', content: 'before' },
          { path: 'b', content: large },
          { path: 'c', content: large.subarray(0, 5000) },
          { path: 'b', content: 'instead' },
          { path: 'd', content: large },
        ),
      ),
    );
    const text = (path: string): string => Buffer.from(files.get(path)?.content ?? []).toString();
    expect([text('/a'), text('/b')]).toEqual(['before', 'instead']);
    expect(Buffer.compare(files.get('/c')?.content ?? new Uint8Array(0), large.subarray(0, 5000))).toBe(0);
    expect(Buffer.compare(files.get('/d')?.content ?? new Uint8Array(0), large)).toBe(0);
  });

  it('refuses a file of 4 GiB', async () => {
    const root = newDirectory();
    const { bytesOf } = await newImage();
    const blocks = { startBlock: 1, blocks: 2 ** 20, tail: [] };
    root.children.set('big', { ...newDirectory(), kind: 'file', ...blocks, size: 2 ** 32 });
    await expect(bytesOf(root)).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining('4 GiB'),
    });
  });
});

describe('ErofsWriter and the reference tools', () => {
  const seeds = Array.from({ length: 12 }, (_, i) => i + 1);
  it.each(seeds)('agree on random layer %i', async (seed) => {
    const archive = tarOf(...randomLayer(randomOf(seed), 40 + seed * 25));
    const at = (name: string): string => join(directory, `${seed}.${name}`);
    await writeFile(at('tar'), archive);
    await writeFile(at('erofs'), await imageOf(archive));
    await checkErofs(at('erofs'));
    await extractErofs(at('erofs'), at('ours'));
    await extractTar(at('tar'), at('theirs'));
    const [ours, theirs] = [await describeFiles(at('ours')), await describeFiles(at('theirs'))];
    expect(ours.size).toBeGreaterThanOrEqual(40);
    expect([...theirs].filter(([path, described]) => ours.get(path) !== described)).toEqual([]);
    expect(ours.size).toBe(theirs.size);
  });
});
