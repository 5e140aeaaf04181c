import { describe, expect, it } from 'vitest';
import { decodeName, encodeName } from './byte-string.ts';
import type { DirectoryNode, FileNode } from './file-node.ts';
import { keepWhole } from './testing/keep-whole.ts';
import { TarReader } from './tar-reader.ts';
import { tarOf } from './testing/tar-archive.ts';
import type { TarItem } from './testing/tar-archive.ts';
import { LayerTree } from './tree.ts';

function treeOf(...items: TarItem[]): LayerTree {
  const tree = new LayerTree(keepWhole);
  const reader = new TarReader(tree);
  reader.push(tarOf(...items));
  reader.end();
  return tree;
}

function show(node: FileNode): string {
  switch (node.kind) {
    case 'file':
      return new TextDecoder().decode(node.tail[0]?.subarray());
    case 'symlink':
      return `-> ${decodeName(node.target)}`;
    case 'char':
    case 'block':
      return `${node.kind} ${node.major}:${node.minor}`;
    case 'directory':
      return node.opaque ? 'opaque' : 'directory';
    case 'fifo':
      return 'fifo';
  }
}

function list(directory: DirectoryNode, path = ''): Record<string, string> {
  return Object.fromEntries(
    [...directory.children].flatMap(([name, node]) => {
      const at = `${path}/${decodeName(name)}`;
      const below = node.kind === 'directory' ? Object.entries(list(node, at)) : [];
      return [[at, show(node)] as [string, string], ...below];
    }),
  );
}

const layer = (...items: TarItem[]): Record<string, string> => list(treeOf(...items).root);

describe('LayerTree', () => {
  it('makes missing parents and takes attributes of the root', () => {
    const { root, sizeBytes } = treeOf({ path: './', type: '5', mode: 0o700 }, { path: 'a/b/c', content: 'hi' });
    expect(list(root)).toEqual({ '/a': 'directory', '/a/b': 'directory', '/a/b/c': 'hi' });
    expect(root.mode).toBe(0o700);
    expect(sizeBytes).toBe(2);
  });

  it('lets the last of several entries win, and keeps what a repeated directory holds', () => {
    expect(
      layer(
        { path: 'd', type: '5' },
        { path: 'd/f', content: 'old' },
        { path: 'd/f', content: 'new' },
        { path: 'd', type: '5' },
      ),
    ).toEqual({ '/d': 'directory', '/d/f': 'new' });
    expect(layer({ path: 'd/f' }, { path: 'd', content: 'file' })).toEqual({ '/d': 'file' });
  });

  it('keeps names that are not UTF-8 apart', () => {
    const a = tarOf({ path: 'A', pax: { path: new Uint8Array([0x66, 0xff]) } });
    const tree = new LayerTree(keepWhole);
    new TarReader(tree).push(a);
    expect([...tree.root.children.keys()]).toEqual(['f\xff']);
    expect(encodeName('ü')).toBe('\xc3\xbc');
  });

  it('gives hard links one node', () => {
    const { root } = treeOf({ path: 'a', content: 'x' }, { path: 'b', type: '1', linkPath: '/a' });
    expect(root.children.get('a')).toBe(root.children.get('b'));
  });
});

describe('whiteouts', () => {
  it('become 0/0 devices and opaque directories', () => {
    expect(
      layer({ path: 'etc/.wh.passwd' }, { path: 'var/.wh..wh..opq' }, { path: '.wh..wh.plnk', type: '5' }),
    ).toEqual({
      '/etc': 'directory',
      '/etc/passwd': 'char 0:0',
      '/var': 'opaque',
    });
  });

  it('speak of lower layers only', () => {
    expect(
      layer({ path: 'd/new', content: 'n' }, { path: '.wh.d' }, { path: 'f', content: 'f' }, { path: '.wh.f' }),
    ).toEqual({
      '/d': 'opaque',
      '/d/new': 'n',
      '/f': 'f',
    });
    expect(layer({ path: '.wh.d' }, { path: 'd', type: '5' })).toEqual({ '/d': 'opaque' });
    expect(layer({ path: '.wh.d' }, { path: 'd/f', content: 'x' })).toEqual({ '/d': 'opaque', '/d/f': 'x' });
    expect(layer({ path: '.wh.f' }, { path: 'f', content: 'again' })).toEqual({ '/f': 'again' });
  });
});

describe('a hostile layer', () => {
  it('cannot name anything above its root', () => {
    expect(layer({ path: '../../etc/passwd', content: 'x' })).toEqual({ '/etc': 'directory', '/etc/passwd': 'x' });
    expect(layer({ path: '/etc/../../../passwd', content: 'x' })).toEqual({ '/passwd': 'x' });
    expect(layer({ path: 'a/../../../.wh.etc' })).toEqual({ '/etc': 'char 0:0' });
  });

  it('cannot write through links out of it', () => {
    expect(layer({ path: 'out', type: '2', linkPath: '/etc' }, { path: 'out/passwd', content: 'x' })).toEqual({
      '/out': '-> /etc',
      '/etc': 'directory',
      '/etc/passwd': 'x',
    });
    expect(layer({ path: 'a/up', type: '2', linkPath: '../../../../tmp' }, { path: 'a/up/f', content: 'x' })).toEqual({
      '/a': 'directory',
      '/a/up': '-> ../../../../tmp',
      '/tmp': 'directory',
      '/tmp/f': 'x',
    });
  });

  it('replaces a link instead of following it', () => {
    expect(layer({ path: 'f', type: '2', linkPath: '/etc/passwd' }, { path: 'f', content: 'x' })).toEqual({
      '/f': 'x',
    });
  });

  it('cannot steer overlayfs', () => {
    const { root } = treeOf({
      path: 'd',
      type: '5',
      pax: { 'SCHILY.xattr.trusted.overlay.redirect': '/etc', 'SCHILY.xattr.user.ok': '1' },
    });
    expect([...(root.children.get('d')?.xattrs.keys() ?? [])]).toEqual(['user.ok']);
  });

  const refused: Record<string, [items: TarItem[], reason: RegExp]> = {
    'hard links to what is not in it': [[{ path: 'a', type: '1', linkPath: '../../etc/shadow' }], /not in the layer/],
    'hard links through a link': [
      [
        { path: 'out', type: '2', linkPath: '/' },
        { path: 'a', type: '1', linkPath: 'out/etc/shadow' },
      ],
      /not in the layer/,
    ],
    'hard links to directories': [
      [
        { path: 'd', type: '5' },
        { path: 'a', type: '1', linkPath: 'd' },
      ],
      /is a directory/,
    ],
    'link loops': [
      [{ path: 'a', type: '2', linkPath: 'b' }, { path: 'b', type: '2', linkPath: 'a' }, { path: 'a/f' }],
      /too many symbolic links/,
    ],
    'files in the place of directories': [[{ path: 'f' }, { path: 'f/g' }], /not a directory/],
    'a file in the place of the root': [[{ path: '../..' }], /place of the root/],
    'whiteouts of dots': [[{ path: 'a/.wh...' }], /names nothing/],
    'whiteouts of nothing': [[{ path: 'a/.wh.' }], /names nothing/],
    'names Linux cannot open': [[{ path: 'a', pax: { path: 'n'.repeat(256) } }], /longer than 255/],
    'paths Linux cannot open': [[{ path: 'a', pax: { path: 'd/'.repeat(3000) } }], /6000 bytes/],
    'links to nothing': [[{ path: 'a', type: '2' }], /target of 0 bytes/],
  };
  for (const [what, [items, reason]] of Object.entries(refused)) {
    it(`is refused for ${what}`, () => {
      expect(() => treeOf(...items)).toThrow(
        expect.objectContaining({ code: 'data-loss', message: expect.stringMatching(reason) }),
      );
    });
  }

  it('is read in time however many slashes its names have', () => {
    const startMs = performance.now();
    expect(() => treeOf({ path: 'a', pax: { path: `${'/'.repeat(500_000)}x` } })).toThrow(/500001 bytes/);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});
