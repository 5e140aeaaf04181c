// The tar program against the system's own tar, on a real file system.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
} from 'node:fs';
import { readlinkSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'drydock-tree-'));
const program = join(folder, 'drydock-tree');
const isRoot = process.getuid?.() === 0;
let root = '';

beforeAll(() => {
  const flags = process.env['DRYDOCK_C_FLAGS'] ?? '-O1';
  const make = ['-s', '-C', import.meta.dirname, 'CC=cc', `CFLAGS=${flags}`, 'LDFLAGS=', `OUT=${folder}`];
  execFileSync('make', make, { stdio: ['ignore', 'inherit', 'inherit'] });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  root = mkdtempSync(join(folder, 'root-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Outcome {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function tree(args: readonly string[], input?: Uint8Array): Outcome {
  const { status, stdout, stderr } = spawnSync(program, args, { input, maxBuffer: 1 << 28 });
  return { status, stdout, stderr: stderr.toString() };
}

function pack(...args: string[]): Buffer {
  const { status, stdout, stderr } = tree(['pack', ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const listing = (archive: Uint8Array): string[] =>
  execFileSync('tar', ['tf', '-', '--absolute-names'], { input: archive }).toString().trimEnd().split('\n');

/** One ustar entry; the name may be as hostile as it likes. */
function entry(name: string, options: { type?: string; link?: string; content?: string; mode?: number } = {}): Buffer {
  const { type = '0', link = '', content = '', mode = 0o644 } = options;
  const body = Buffer.from(content);
  const block = Buffer.alloc(512);
  const octal = (value: number, bytes: number): string => `${value.toString(8).padStart(bytes - 1, '0')}\0`;
  block.write(name, 0);
  block.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(body.length, 12) + octal(1_000_000_000, 12), 100);
  block.write(`        ${type}`, 148);
  block.write(link, 157);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 7)} `, 148);
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

const archiveOf = (...entries: Buffer[]): Buffer => Buffer.concat([...entries, Buffer.alloc(1024)]);

describe('pack', () => {
  test('names as the caller says, sorted, directories with a slash', () => {
    mkdirSync(join(root, 'd/sub'), { recursive: true });
    writeFileSync(join(root, 'd/b'), 'bee');
    writeFileSync(join(root, 'd/a'), 'ay');
    expect(listing(pack(join(root, 'd'), 'x'))).toEqual(['x/', 'x/a', 'x/b', 'x/sub/']);
    expect(listing(pack(join(root, 'd'), '.'))).toEqual(['./', './a', './b', './sub/']);
    expect(listing(pack(join(root, 'd'), ''))).toEqual(['/', '/a', '/b', '/sub/']);
    expect(listing(pack('--contents', join(root, 'd'), ''))).toEqual(['a', 'b', 'sub/']);
    expect(listing(pack(join(root, 'd/a'), 'new'))).toEqual(['new']);
  });

  test('a small file takes two blocks and the two of the end', () => {
    writeFileSync(join(root, 'f'), 'x');
    expect(pack(join(root, 'f'), 'f')).toHaveLength(2048);
  });

  test('what GNU tar unpacks is what was there', () => {
    const source = join(root, 'source');
    const long = `${'long/'.repeat(40)}name`;
    mkdirSync(join(source, long), { recursive: true });
    writeFileSync(join(source, long, 'grüße'), 'deep');
    writeFileSync(join(source, 'big'), Buffer.alloc(300_001, 'abc'));
    linkSync(join(source, 'big'), join(source, 'same'));
    symlinkSync(`../${'t'.repeat(150)}`, join(source, 'link'));
    execFileSync('mkfifo', [join(source, 'pipe')]);
    writeFileSync(join(source, 'run'), '#!');
    chmodSync(join(source, 'run'), 0o4755);
    utimesSync(join(source, 'run'), 1_700_000_000, 1_600_000_000);
    mkdirSync(join(root, 'out'));
    execFileSync('tar', ['xpf', '-', '-C', join(root, 'out')], { input: pack(source, 'o') });
    const out = join(root, 'out/o');
    expect(readFileSync(join(out, long, 'grüße'), 'utf8')).toBe('deep');
    expect(readFileSync(join(out, 'big')).equals(readFileSync(join(source, 'big')))).toBe(true);
    expect(statSync(join(out, 'same')).ino).toBe(statSync(join(out, 'big')).ino);
    expect(readlinkSync(join(out, 'link'))).toBe(`../${'t'.repeat(150)}`);
    expect(lstatSync(join(out, 'pipe')).isFIFO()).toBe(true);
    expect(statSync(join(out, 'run')).mode & 0o7777).toBe(0o4755);
    expect(statSync(join(out, 'run')).mtimeMs).toBe(1_600_000_000_000);
  });

  test.runIf(isRoot)('whiteouts, devices and large ids', () => {
    mkdirSync(join(root, 'u/d'), { recursive: true });
    execFileSync('mknod', [join(root, 'u/gone'), 'c', '0', '0']);
    execFileSync('mknod', [join(root, 'u/null'), 'c', '1', '3']);
    writeFileSync(join(root, 'u/d/f'), '');
    execFileSync('chown', ['3000000:4000000', join(root, 'u/d/f')]);
    const archive = pack('--contents', '--whiteouts', join(root, 'u'), '');
    expect(listing(archive)).toEqual(['d/', 'd/f', '.wh.gone', 'null']);
    const verbose = execFileSync('tar', ['tvf', '-', '--numeric-owner'], { input: archive }).toString();
    expect(verbose).toMatch(/3000000\/4000000 .* d\/f$/m);
    expect(verbose).toMatch(/^crw.* 1,3 .* null$/m);
  });

  test('says what is missing', () => {
    expect(tree(['pack', join(root, 'none'), 'x'])).toMatchObject({
      status: 1,
      stderr: `2 lstat ${root}/none: no such file or directory\n`,
    });
  });
});

describe('unpack', () => {
  const unpack = (archive: Uint8Array, ...args: string[]): Outcome => tree(['unpack', ...args, root], archive);

  test('what GNU tar packs, in its own formats', () => {
    const source = join(folder, 'gnu');
    const long = join(source, 'l'.repeat(90), 'm'.repeat(60));
    mkdirSync(long, { recursive: true });
    writeFileSync(join(long, 'f'), 'content');
    linkSync(join(long, 'f'), join(source, 'hard'));
    symlinkSync('k'.repeat(130), join(source, 'soft'));
    utimesSync(join(source, 'hard'), 1, 1_234_567_890.5);
    for (const format of ['gnu', 'posix', 'ustar']) {
      const output = join(folder, `${format}.tar`);
      // ustar has no room for the link's target.
      const exclude = format === 'ustar' ? ['--exclude=soft'] : [];
      execFileSync('tar', ['cf', output, `--format=${format}`, ...exclude, '-C', source, '.']);
      const target = join(root, format);
      mkdirSync(target);
      expect(tree(['unpack', target], readFileSync(output))).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(join(target, 'hard'), 'utf8')).toBe('content');
      expect(statSync(join(target, 'hard')).nlink).toBe(2);
      expect(Math.floor(statSync(join(target, 'hard')).mtimeMs / 1000)).toBe(1_234_567_890);
      if (format !== 'ustar') expect(readlinkSync(join(target, 'soft'))).toBe('k'.repeat(130));
    }
    rmSync(source, { recursive: true });
  });

  test('directories get their times after what is in them; missing parents are made', () => {
    const archive = archiveOf(
      entry('d/', { type: '5', mode: 0o700 }),
      entry('d/f', { content: 'x' }),
      entry('p/q/r', { content: 'y' }),
    );
    expect(unpack(archive)).toMatchObject({ status: 0 });
    expect(statSync(join(root, 'd')).mtimeMs).toBe(1_000_000_000_000);
    expect(statSync(join(root, 'd')).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, 'p/q')).mode & 0o777).toBe(0o755);
  });

  test('renames what names start with', () => {
    const archive = archiveOf(entry('a/', { type: '5' }), entry('a/f'), entry('a/h', { type: '1', link: 'a/f' }));
    expect(unpack(archive, '--rename', 'a', 'b')).toMatchObject({ status: 0 });
    expect(readdirSync(join(root, 'b'))).toEqual(['f', 'h']);
  });

  test.each([
    ['a name with ..', archiveOf(entry('../escape', { content: 'x' }))],
    ['.. in the middle', archiveOf(entry('a/../../escape', { content: 'x' }))],
    ['a hard link to the outside', archiveOf(entry('h', { type: '1', link: '../escape-source' }))],
    ['a relative link out', archiveOf(entry('l', { type: '2', link: '../../x' }))],
    [
      'a file behind an absolute link',
      archiveOf(entry('l', { type: '2', link: folder }), entry('l/escape', { content: 'x' })),
    ],
    [
      'a directory behind a link',
      archiveOf(entry('l', { type: '2', link: '/' }), entry('l/tmp/escape-dir/', { type: '5' })),
    ],
    [
      'a hard link through a link',
      archiveOf(entry('l', { type: '2', link: folder }), entry('h', { type: '1', link: 'l/escape-source' })),
    ],
  ])('refuses %s', (_, archive) => {
    writeFileSync(join(folder, 'escape-source'), 'secret');
    const { status, stderr } = unpack(archive);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^1 /);
    expect(existsSync(join(folder, 'escape'))).toBe(false);
    expect(existsSync(join(root, 'h'))).toBe(false);
  });

  test('an absolute name is taken from the target', () => {
    expect(unpack(archiveOf(entry('/../etc/x', { content: 'x' })))).toMatchObject({ status: 0 });
    expect(readFileSync(join(root, 'etc/x'), 'utf8')).toBe('x');
  });

  test('replaces files and links, never through them', () => {
    writeFileSync(join(root, 'victim'), 'old');
    symlinkSync('victim', join(root, 'f'));
    expect(unpack(archiveOf(entry('f', { content: 'new' })))).toMatchObject({ status: 0 });
    expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('old');
    expect(lstatSync(join(root, 'f')).isFile()).toBe(true);
  });

  test('a directory and a file do not replace each other when told so', () => {
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd/kept'), '');
    writeFileSync(join(root, 'f'), '');
    expect(unpack(archiveOf(entry('d', { content: 'x' })), '--no-overwrite').stderr).toBe(
      `17 cannot overwrite directory "${root}/d" with non-directory "${root}"\n`,
    );
    expect(unpack(archiveOf(entry('f/', { type: '5' })), '--no-overwrite').stderr).toBe(
      `17 cannot overwrite non-directory "${root}/f" with directory "${root}"\n`,
    );
    expect(unpack(archiveOf(entry('d', { content: 'x' })))).toMatchObject({ status: 0 });
    expect(readFileSync(join(root, 'd'), 'utf8')).toBe('x');
  });

  test.each([
    ['cut off in a header', archiveOf(entry('f', { content: 'x' })).subarray(0, 300), 'unexpected EOF'],
    ['cut off in a file', entry('f', { content: 'x'.repeat(600) }).subarray(0, 700), 'unexpected EOF'],
    ['not a tar', Buffer.alloc(1024, 'garbage'), 'archive/tar: invalid tar header'],
  ])('%s', (_, archive, message) => {
    expect(unpack(archive).stderr).toContain(message);
  });

  test('an empty input is an empty archive', () => {
    expect(unpack(Buffer.alloc(0))).toMatchObject({ status: 0 });
  });

  test.runIf(isRoot)('owners, devices and capabilities', () => {
    writeFileSync(join(folder, 'ping'), '');
    execFileSync('setcap', ['cap_net_raw+ep', join(folder, 'ping')]);
    const archive = pack(join(folder, 'ping'), 'ping');
    expect(unpack(archive, '--owner', '12:34')).toMatchObject({ status: 0 });
    expect(statSync(join(root, 'ping'))).toMatchObject({ uid: 12, gid: 34 });
    expect(execFileSync('getcap', [join(root, 'ping')]).toString()).toContain('cap_net_raw');
  });
});

describe('stat', () => {
  const fields = (...args: string[]): string[] =>
    tree(['stat', ...args])
      .stdout.toString()
      .split('\0');

  test('mode, size, time', () => {
    writeFileSync(join(root, 'f'), 'four');
    utimesSync(join(root, 'f'), 1, 2);
    expect(fields(join(root, 'f'))).toEqual(['100644', '4', '2', '0', '', '']);
  });

  test('where links lead, as far as there is something', () => {
    symlinkSync('b', join(root, 'a'));
    symlinkSync('nowhere/x', join(root, 'b'));
    expect(fields(join(root, 'a'))[4]).toBe(join(root, 'nowhere/x'));
    expect(tree(['stat', '--follow', join(root, 'a')]).stderr).toBe(
      `2 lstat ${root}/nowhere: no such file or directory\n`,
    );
    mkdirSync(join(root, 'nowhere/x'), { recursive: true });
    expect(fields('--follow', join(root, 'a'))).toMatchObject([
      '40755',
      expect.anything(),
      expect.anything(),
      expect.anything(),
      join(root, 'nowhere/x'),
      '',
    ]);
  });

  test('a loop of links', () => {
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    expect(tree(['stat', '--follow', join(root, 'a')]).stderr).toMatch(/^40 /);
  });

  test('a file is not a directory', () => {
    writeFileSync(join(root, 'f'), '');
    expect(tree(['stat', '--follow', join(root, 'f/')]).stderr).toBe(`20 lstat ${root}/f/: not a directory\n`);
  });
});

describe('list, make and remove', () => {
  test('names come in the order of their bytes, without what is below', () => {
    for (const name of ['b', 'a', 'Z', 'é', '.hidden']) mkdirSync(join(root, name));
    writeFileSync(join(root, 'a/inner'), '');
    const { status, stdout } = tree(['list', root]);
    expect({ status, names: stdout.toString().split('\0') }).toEqual({
      status: 0,
      names: ['.hidden', 'Z', 'a', 'b', 'é', ''],
    });
    expect(tree(['list', join(root, 'none')]).stderr).toMatch(/^2 open .*none: no such file or directory\n$/);
    expect(tree(['list', join(root, 'a/inner')]).stderr).toMatch(/^20 open /);
  });

  test('makes a folder with those above it, and leaves what is there', () => {
    expect(tree(['make', join(root, 'x//y/z/'), '750']).status).toBe(0);
    expect(['x', 'x/y', 'x/y/z'].map((name) => lstatSync(join(root, name)).mode & 0o7777)).toEqual([
      0o750, 0o750, 0o750,
    ]);
    expect(tree(['make', join(root, 'x/y'), '700']).status).toBe(0);
    expect(lstatSync(join(root, 'x/y')).mode & 0o7777).toBe(0o750);
    writeFileSync(join(root, 'file'), '');
    expect(tree(['make', join(root, 'file/z'), '700']).stderr).toMatch(/^20 mkdir .*file: not a directory\n$/);
    expect(tree(['make', '', '700']).stderr).toMatch(/^2 mkdir /);
  });

  test('removes a tree and no more: links are not followed, and what is not there is well', () => {
    mkdirSync(join(root, 'kept'));
    writeFileSync(join(root, 'kept/file'), '');
    mkdirSync(join(root, 'gone/deep/er'), { recursive: true });
    writeFileSync(join(root, 'gone/deep/file'), '');
    symlinkSync('../kept', join(root, 'gone/link'));
    for (const name of ['gone', 'gone'])
      expect(tree(['remove', join(root, name)])).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(root)).toEqual(['kept']);
    symlinkSync('kept', join(root, 'link'));
    expect(tree(['remove', join(root, 'link')]).status).toBe(0);
    expect(readdirSync(root)).toEqual(['kept']);
    expect(readdirSync(join(root, 'kept'))).toEqual(['file']);
    expect(tree(['remove', join(root, 'kept/file/none')]).stderr).toMatch(/^20 unlinkat .*: not a directory\n$/);
  });
});

describe('store and usage', () => {
  test('a file appears whole, hard links count once', () => {
    expect(tree(['store', join(root, 'f'), '600'], Buffer.from('hello'))).toMatchObject({ status: 0 });
    expect(readdirSync(root)).toEqual(['f']);
    expect(statSync(join(root, 'f')).mode & 0o777).toBe(0o600);
    linkSync(join(root, 'f'), join(root, 'g'));
    mkdirSync(join(root, 'd'));
    symlinkSync('abc', join(root, 'd/l'));
    expect(tree(['usage', root]).stdout.toString()).toBe('8');
    expect(tree(['store', join(root, 'none/f'), '600'], Buffer.from('x')).stderr).toMatch(/^2 open /);
  });
});

describe('ids of a container that the host has others for', () => {
  const ids = ['--ids', '0 100000 1000\n1000 5000 10\n', '0 200000 65536\n'];

  test.runIf(isRoot)('are in archives, and come from them', () => {
    for (const [name, uid, gid] of [
      ['root', 100_000, 200_000],
      ['user', 5003, 200_033],
      ['nobody', 0, 7],
    ] as const) {
      writeFileSync(join(root, name), '');
      chownSync(join(root, name), uid, gid);
    }
    const archive = tree([...ids, 'pack', '--contents', '--', root, '']).stdout;
    const owners = execFileSync('tar', ['tvf', '-', '--numeric-owner'], { input: archive }).toString();
    expect([...owners.matchAll(/ (\d+\/\d+) /g)].map(([, pair]) => pair)).toEqual(['65534/65534', '0/0', '1003/33']);
    const other = join(root, 'other');
    mkdirSync(other);
    const back = execFileSync('tar', ['cf', '-', '--owner=1003', '--group=33', '--numeric-owner', '-C', root, 'root']);
    expect(tree([...ids, 'unpack', '--keep-owner', '--', other], back)).toMatchObject({ status: 0, stderr: '' });
    expect(lstatSync(join(other, 'root'))).toMatchObject({ uid: 5003, gid: 200_033 });
  });

  test.runIf(isRoot)('without a place are refused', () => {
    writeFileSync(join(root, 'f'), '');
    const archive = execFileSync('tar', ['cf', '-', '--owner=2000', '--numeric-owner', '-C', root, 'f']);
    expect(tree([...ids, 'unpack', '--keep-owner', '--', root], archive)).toMatchObject({
      status: 1,
      stderr: '22 container ID 2000 cannot be mapped to a host ID\n',
    });
  });

  test('that are no map are refused', () => {
    expect(tree(['--ids', '0 1', '', 'usage', root])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^22 Cannot map ids by "0 1"/),
    });
  });
});
