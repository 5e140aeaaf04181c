// File requests of the agent, on a real file system.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WRITE_APPEND, WRITE_EXCLUSIVE } from '../../src/contracts/agent-protocol.ts';
import { MAX_FRAME_BYTES } from '../../src/contracts/frame-codec.ts';
import type { TestAgent } from './test-agent.ts';
import { useAgent } from './use-agent.ts';

let agent: TestAgent;
let root = '';
const { folder } = useAgent((started) => (agent = started));

beforeEach(() => {
  root = mkdtempSync(join(folder, 'root-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const OK = { type: 'ok' };
const failed = (errno: number) => ({ type: 'failed', errno });

describe('mkdir', () => {
  test('makes parents, with their own mode; again is no error', async () => {
    const path = join(root, 'a/b/c');
    expect(await agent.ask({ type: 'mkdir', path, mode: 0o701 })).toMatchObject(OK);
    expect(await agent.ask({ type: 'mkdir', path, mode: 0o701 })).toMatchObject(OK);
    expect(statSync(path).mode & 0o777).toBe(0o701);
    expect(statSync(join(root, 'a/b')).mode & 0o777).toBe(0o755);
  });

  test('refuses a file in the way', async () => {
    writeFileSync(join(root, 'file'), '');
    expect(await agent.ask({ type: 'mkdir', path: join(root, 'file'), mode: 0o755 })).toMatchObject(failed(17));
    expect(await agent.ask({ type: 'mkdir', path: join(root, 'file/x'), mode: 0o755 })).toMatchObject(failed(20));
  });
});

describe('write and read', () => {
  const put = (name: string, content: string, flags = 0) =>
    agent.ask({ type: 'write', path: join(root, name), mode: 0o640, flags, content: text(content) });

  test('replaces, appends, refuses to replace', async () => {
    expect(await put('f', 'a longer text')).toMatchObject(OK);
    expect(await put('f', 'short')).toMatchObject(OK);
    expect(await put('f', '+', WRITE_APPEND)).toMatchObject(OK);
    expect(await put('f', 'no', WRITE_EXCLUSIVE)).toMatchObject(failed(17));
    expect(readFileSync(join(root, 'f'), 'utf8')).toBe('short+');
    expect(statSync(join(root, 'f')).mode & 0o777).toBe(0o640);
    expect(await put('nowhere/f', 'x')).toMatchObject(failed(2));
  });

  test('reads a range, short only at the end', async () => {
    writeFileSync(join(root, 'f'), '0123456789');
    const read = (offset: number, length: number) => agent.ask({ type: 'read', path: join(root, 'f'), offset, length });
    expect(await read(2, 3)).toMatchObject({ type: 'content', content: text('234') });
    expect(await read(8, 100)).toMatchObject({ type: 'content', content: text('89') });
    expect(await read(100, 1)).toMatchObject({ type: 'content', content: text('') });
  });

  test.each([0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 100_000])('reads %d bytes', async (length) => {
    const path = join(root, `of-${length}`);
    const content = Uint8Array.from({ length }, (_, at) => at % 251);
    writeFileSync(path, content);
    for (const asked of [512 * 1024, 100_000, 16 * 1024]) {
      const answer = await agent.ask({ type: 'read', path, offset: 0, length: asked });
      expect(answer).toMatchObject({ type: 'content', content: content.subarray(0, asked) });
    }
  });

  test('reads beyond 4 GB, and files that have no size', async () => {
    const path = join(root, 'sparse');
    execFileSync('truncate', ['-s', '5G', path]);
    writeFileSync(path, 'end', { flag: 'a' });
    const offset = 5 * 2 ** 30;
    expect(await agent.ask({ type: 'read', path, offset, length: 9 })).toMatchObject({ content: text('end') });
    expect(await agent.ask({ type: 'stat', path })).toMatchObject({ size: offset + 3 });
    const version = await agent.ask({ type: 'read', path: '/proc/version', offset: 0, length: 65536 });
    expect(version).toMatchObject({ content: new Uint8Array(readFileSync('/proc/version')) });
  });

  test('carries the largest frame, and refuses more', async () => {
    const path = join(root, 'large');
    const length = MAX_FRAME_BYTES - 13;
    writeFileSync(path, Buffer.alloc(MAX_FRAME_BYTES, 'x'));
    const answer = await agent.ask({ type: 'read', path, offset: 0, length });
    expect(answer.type === 'content' && answer.content.length).toBe(length);
    expect(await agent.ask({ type: 'read', path, offset: 0, length: length + 1 })).toMatchObject(failed(22));
    const content = new Uint8Array(MAX_FRAME_BYTES - 9 - 4 - path.length - 4 - 1 - 4).fill(121);
    expect(await agent.ask({ type: 'write', path, mode: 0, flags: 0, content })).toMatchObject(OK);
    expect(readFileSync(path).equals(Buffer.from(content))).toBe(true);
  });

  test('a FIFO does not stop the agent', async () => {
    const path = join(root, 'fifo');
    execFileSync('mkfifo', [path]);
    expect(await agent.ask({ type: 'write', path, mode: 0, flags: 0, content: text('x') })).toMatchObject(failed(6));
    expect(await agent.ask({ type: 'read', path, offset: 0, length: 1 })).toMatchObject({ type: 'failed' });
  });
});

describe('stat and list', () => {
  test('stat is of the link itself', async () => {
    symlinkSync('/nowhere', join(root, 'link'));
    const answer = await agent.ask({ type: 'stat', path: join(root, 'link') });
    expect(answer).toMatchObject({ type: 'attributes', mode: 0o120777, size: 8 });
    expect(answer.type === 'attributes' && Math.abs(answer.mtimeS - Date.now() / 1000)).toBeLessThan(60);
  });

  test('list names everything but . and ..', async () => {
    expect(await agent.ask({ type: 'list', path: root })).toMatchObject({ type: 'names', names: [] });
    const names = ['.hidden', 'ünï', ...Array.from({ length: 500 }, (_, i) => `file-${i}`)];
    for (const name of names) writeFileSync(join(root, name), '');
    const answer = await agent.ask({ type: 'list', path: root });
    expect(answer.type === 'names' && [...answer.names].sort()).toEqual(names.sort());
    expect(await agent.ask({ type: 'list', path: join(root, 'file-1') })).toMatchObject(failed(20));
  });
});

describe('remove', () => {
  const remove = (path: string) => agent.ask({ type: 'remove', path });

  test('a file, a missing one, a tree', async () => {
    mkdirSync(join(root, 'tree/a/b'), { recursive: true });
    for (let i = 0; i < 1000; i++) writeFileSync(join(root, 'tree/a', `f${i}`), '');
    writeFileSync(join(root, 'file'), '');
    expect(await remove(join(root, 'file'))).toMatchObject(OK);
    expect(await remove(join(root, 'file'))).toMatchObject(OK);
    expect(await remove(join(root, 'tree'))).toMatchObject(OK);
    expect(existsSync(join(root, 'tree'))).toBe(false);
  });

  test('does not follow symbolic links, nor write-protected directories’ modes', async () => {
    mkdirSync(join(root, 'outside'));
    writeFileSync(join(root, 'outside/precious'), '');
    mkdirSync(join(root, 'tree/locked'), { recursive: true });
    symlinkSync(join(root, 'outside'), join(root, 'tree/link'));
    symlinkSync('..', join(root, 'tree/locked/up'));
    expect(await remove(join(root, 'tree'))).toMatchObject(OK);
    expect(existsSync(join(root, 'outside/precious'))).toBe(true);
    symlinkSync(join(root, 'outside'), join(root, 'link'));
    expect(await remove(join(root, 'link'))).toMatchObject(OK);
    expect(existsSync(join(root, 'outside/precious'))).toBe(true);
  });

  test('a tree deeper than any path or fd limit', async () => {
    const script = 'import os,sys\nos.chdir(sys.argv[1])\nfor i in range(1200):\n os.mkdir("d"*200); os.chdir("d"*200)';
    mkdirSync(join(root, 'deep'));
    execFileSync('python3', ['-c', script, join(root, 'deep')]);
    expect(await remove(join(root, 'deep'))).toMatchObject(OK);
    expect(existsSync(join(root, 'deep'))).toBe(false);
    // A thousand directories wait for a slow disk's journal.
  }, 30_000);

  test.runIf(process.getuid?.() === 0)('stops at a mount point', async () => {
    mkdirSync(join(root, 'tree/mnt'), { recursive: true });
    mkdirSync(join(root, 'data'));
    writeFileSync(join(root, 'data/precious'), '');
    const mount = { type: 'mount', source: join(root, 'data'), target: join(root, 'tree/mnt') } as const;
    const MS_BIND = 4096;
    expect(await agent.ask({ ...mount, fstype: '', flags: MS_BIND, data: '', loop: 0 })).toMatchObject(OK);
    expect(await remove(join(root, 'tree'))).toMatchObject(failed(16));
    expect(await agent.ask({ type: 'umount', target: mount.target, flags: 0 })).toMatchObject(OK);
    expect(existsSync(join(root, 'data/precious'))).toBe(true);
    expect(await remove(join(root, 'tree'))).toMatchObject(OK);
  });
});

describe('chown', () => {
  test.runIf(process.getuid?.() === 0)('changes the owner of a link, not of what it leads to', async () => {
    const link = join(root, 'link');
    writeFileSync(join(root, 'file'), '');
    symlinkSync('file', link);
    expect(await agent.ask({ type: 'chown', path: link, uid: 100_000, gid: 100_001 })).toMatchObject(OK);
    expect(lstatSync(link)).toMatchObject({ uid: 100_000, gid: 100_001 });
    expect(statSync(link).uid).toBe(0);
  });

  test('says what it cannot', async () => {
    const request = { type: 'chown', path: join(root, 'gone'), uid: 0, gid: 0 } as const;
    expect(await agent.ask(request)).toMatchObject(failed(2));
  });
});

describe('symlink and rename', () => {
  test('a link has any text, and does not replace', async () => {
    const path = join(root, 'link');
    expect(await agent.ask({ type: 'symlink', target: '../no/where', path })).toMatchObject(OK);
    expect(readlinkSync(path)).toBe('../no/where');
    expect(await agent.ask({ type: 'symlink', target: 'x', path })).toMatchObject(failed(17));
  });

  test('a rename replaces a file, but no directory with something in it', async () => {
    const at = (name: string) => join(root, name);
    writeFileSync(at('new'), 'new');
    writeFileSync(at('old'), 'old');
    expect(await agent.ask({ type: 'rename', from: at('new'), to: at('old') })).toMatchObject(OK);
    expect(readFileSync(at('old'), 'utf8')).toBe('new');
    expect(existsSync(at('new'))).toBe(false);
    mkdirSync(at('full/x'), { recursive: true });
    mkdirSync(at('other'));
    expect(await agent.ask({ type: 'rename', from: at('other'), to: at('full') })).toMatchObject(failed(39));
    expect(await agent.ask({ type: 'rename', from: at('gone'), to: at('x') })).toMatchObject(failed(2));
  });
});

test('mounts that cannot be say why', async () => {
  const mount = {
    type: 'mount',
    source: '/nowhere',
    target: root,
    fstype: 'erofs',
    flags: 0,
    data: '',
    loop: 1,
  } as const;
  const answer = await agent.ask(mount);
  expect(answer).toMatchObject(failed(2));
  expect(answer.type === 'failed' && answer.message).toContain('Cannot open /nowhere');
  expect(await agent.ask({ type: 'umount', target: root, flags: 0 })).toMatchObject({ type: 'failed' });
});
