// The server as the guest's kernel uses it: walks, files, directories, held reads, and what a snapshot keeps.
import { beforeEach, describe, expect, test } from 'vitest';
import { ERRNO } from '../errno.ts';
import { WorkspaceTree } from '../workspace/workspace-tree.ts';
import type { WorkspaceChange } from '../workspace/workspace-tree.ts';
import { ChannelNode } from './p9-channel.ts';
import type { Channel } from './p9-channel.ts';
import { OPEN, T, UNLINK_DIRECTORY } from './p9-constants.ts';
import { FixedDirectory } from './p9-directory.ts';
import { P9Server } from './p9-server.ts';
import { P9TestClient } from './p9-test-client.ts';

let channels: Channel[];
let workspace: WorkspaceTree;
let root: FixedDirectory;
let server: P9Server;
let client: P9TestClient;
let log: string[];

beforeEach(async () => {
  channels = [];
  log = [];
  workspace = new WorkspaceTree();
  root = new FixedDirectory([]);
  root.add('workspace', workspace.mount(root, 'workspace'));
  root.add(
    'agent',
    new ChannelNode(['agent'], (channel) => {
      channels.push(channel);
      return channels.length < 3;
    }),
  );
  server = new P9Server(root, (line) => log.push(line));
  client = new P9TestClient(server);
  await client.attach();
});

const create = (fid: number, name: string) =>
  client.call(T.lcreate, (out) =>
    out
      .u32(fid)
      .string(name)
      .u32(OPEN.readWrite | OPEN.create)
      .u32(0o640)
      .u32(0),
  );
const clunk = (fid: number) => client.call(T.clunk, (out) => out.u32(fid));
const bytes = (text: string) => new TextEncoder().encode(text);

describe('files', () => {
  test('a file is created, written, read, truncated and removed', async () => {
    await client.walk(0, 1, 'workspace');
    await create(1, 'a.txt');
    await client.write(1, 0, 'hello');
    await client.write(1, 7, 'x');
    expect(await client.read(1, 0, 100)).toBe('hello\0\0x');
    expect(await client.read(1, 6, 1)).toBe('\0');
    await client.call(T.setattr, (out) => {
      out.u32(1).u32(0x8).u32(0).u32(0).u32(0).u64(2).u64(0).u64(0).u64(0).u64(0);
    });
    expect(await client.read(1, 0, 100)).toBe('he');
    expect((await client.call(T.remove, (out) => out.u32(1))).errno).toBeUndefined();
    expect((await client.walk(0, 2, 'workspace/a.txt')).fields.u16()).toBe(1);
  });

  test('a listing of many entries continues at its offsets and survives removals', async () => {
    await client.walk(0, 1, 'workspace');
    for (let index = 0; index < 300; index += 1) {
      await client.call(T.mkdir, (out) => out.u32(1).string(`directory-${index}`).u32(0o755).u32(0));
    }
    await client.open(1);
    const names = await client.names(1);
    expect(names).toHaveLength(302);
    expect(new Set(names).size).toBe(302);
  });

  test('rename moves a tree, refuses a directory into itself, and open fids follow', async () => {
    const changes: WorkspaceChange[] = [];
    workspace.onChange((change) => changes.push(change));
    await client.walk(0, 1, 'workspace');
    await client.call(T.mkdir, (out) => out.u32(1).string('d').u32(0o755).u32(0));
    await client.walk(1, 2, 'd');
    await client.walk(2, 3, '');
    await create(3, 'f');
    const intoItself = await client.call(T.renameat, (out) => out.u32(1).string('d').u32(2).string('x'));
    expect(intoItself.errno).toBe(ERRNO.EINVAL);
    await client.call(T.renameat, (out) => out.u32(2).string('f').u32(1).string('g'));
    expect(server.fids.save().find(({ fid }) => fid === 3)?.path).toEqual(['workspace', 'g']);
    const busy = await client.call(T.unlinkat, (out) => out.u32(1).string('d').u32(0));
    expect(busy.errno).toBe(ERRNO.EISDIR);
    await client.call(T.unlinkat, (out) => out.u32(1).string('d').u32(UNLINK_DIRECTORY));
    expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'created d',
      'created d/f',
      'renamed g',
      'removed d',
    ]);
  });

  test('hard links count, and symbolic links are read back', async () => {
    await client.walk(0, 1, 'workspace');
    await client.walk(1, 2, '');
    await create(2, 'a');
    await client.call(T.link, (out) => out.u32(1).u32(2).string('b'));
    await client.call(T.symlink, (out) => out.u32(1).string('s').string('../elsewhere').u32(0));
    await client.walk(1, 3, 's');
    expect((await client.call(T.readlink, (out) => out.u32(3))).fields.string()).toBe('../elsewhere');
    const attributes = (await client.call(T.getattr, (out) => out.u32(2).u64(0x7ff))).fields;
    attributes.bytes(8 + 13 + 12);
    expect(attributes.u64()).toBe(2);
  });

  test('fids are checked', async () => {
    expect((await client.walk(0, 0, '..')).errno).toBe(ERRNO.EACCES);
    expect((await client.walk(9, 1, '')).errno).toBe(ERRNO.EBADF);
    await client.walk(0, 1, 'workspace');
    expect((await client.walk(0, 1, 'workspace')).errno).toBe(ERRNO.EINVAL);
    expect((await client.walk(0, 2, 'nothing')).errno).toBe(ERRNO.ENOENT);
    await expect(client.read(1, 0, 1)).rejects.toThrow(`errno ${ERRNO.EBADF}`);
    await clunk(1);
    expect((await clunk(1)).errno).toBe(ERRNO.EBADF);
  });
});

describe('channels', () => {
  test('a read is held until there is data, and gets what was sent in one turn', async () => {
    await client.walk(0, 1, 'agent');
    await client.open(1, OPEN.readWrite);
    const tag = client.send(T.read, (out) => out.u32(1).u64(0).u32(100));
    expect(client.answerTo(tag)).toBeUndefined();
    channels[0]?.send(bytes('one '));
    channels[0]?.send(bytes('two'));
    await channels[0]?.taken();
    const { fields } = client.answerTo(tag) ?? expect.fail('the read was not answered');
    expect(new TextDecoder().decode(fields.bytes(fields.u32()))).toBe('one two');
  });

  test('a flushed read is answered EINTR before its flush, and loses nothing', async () => {
    await client.walk(0, 1, 'agent');
    await client.open(1, OPEN.readWrite);
    const held = client.send(T.read, (out) => out.u32(1).u64(0).u32(100));
    const flush = client.send(T.flush, (out) => out.u16(held));
    expect(client.answers.slice(-2).map(({ tag, errno }) => [tag, errno])).toEqual([
      [held, ERRNO.EINTR],
      [flush, undefined],
    ]);
    channels[0]?.send(bytes('kept'));
    expect(await client.read(1, 0, 2)).toBe('ke');
    expect(await client.read(1, 0, 100)).toBe('pt');
  });

  test('bytes from the guest arrive in order and are the receiver’s; a clunk closes', async () => {
    const got: string[] = [];
    await client.walk(0, 1, 'agent');
    await client.open(1, OPEN.readWrite);
    const [channel] = channels;
    if (channel === undefined) return expect.fail('nothing was opened');
    let closed = 0;
    channel.events = { onData: (data) => got.push(new TextDecoder().decode(data)), onClose: () => (closed += 1) };
    await client.write(1, 0, 'a');
    await client.write(1, 0, 'b');
    const held = client.send(T.read, (out) => out.u32(1).u64(0).u32(100));
    await clunk(1);
    channel.close();
    expect([got, closed, client.answerTo(held)?.errno]).toEqual([['a', 'b'], 1, ERRNO.EIO]);
    expect(server.pendingCount).toBe(0);
  });

  test('a channel closed by the host delivers what it has, then ends', async () => {
    await client.walk(0, 1, 'agent');
    await client.open(1, OPEN.readWrite);
    channels[0]?.send(bytes('last'));
    channels[0]?.close();
    expect(await client.read(1, 0, 100)).toBe('last');
    expect(await client.read(1, 0, 100)).toBe('');
    expect((await client.write(1, 0, 'x')).errno).toBe(ERRNO.EPIPE);
  });

  test('an open that nobody serves is ENXIO', async () => {
    for (const fid of [1, 2, 3]) await client.walk(0, fid, 'agent');
    expect((await client.open(1)).errno).toBeUndefined();
    expect((await client.open(2)).errno).toBeUndefined();
    expect((await client.open(3)).errno).toBe(ERRNO.ENXIO);
  });
});

describe('snapshots', () => {
  test('fids come back by path; channels and vanished files answer EIO', async () => {
    await client.walk(0, 1, 'workspace');
    await client.walk(1, 2, '');
    await create(2, 'kept');
    await client.write(2, 0, 'content');
    await client.walk(1, 3, '');
    await create(3, 'lost');
    await client.walk(0, 4, 'agent');
    await client.open(4, OPEN.readWrite);
    const state = JSON.parse(JSON.stringify(server.save())) as ReturnType<typeof server.save>;
    workspace.root.removeEntry('lost', false);

    const restored = new P9Server(root, (line) => log.push(line));
    await restored.restore(state);
    client = new P9TestClient(restored);
    expect(await client.read(2, 0, 100)).toBe('content');
    await expect(client.read(3, 0, 1)).rejects.toThrow(`errno ${ERRNO.EIO}`);
    await expect(client.read(4, 0, 1)).rejects.toThrow(`errno ${ERRNO.EIO}`);
    expect((await clunk(4)).errno).toBeUndefined();
    expect(log).toEqual([]);
  });

  test('settled waits for every answer', async () => {
    await client.walk(0, 1, 'agent');
    await client.open(1, OPEN.readWrite);
    client.send(T.read, (out) => out.u32(1).u64(0).u32(100));
    let settled = false;
    const waiting = server.settled().then(() => (settled = true));
    await Promise.resolve();
    expect(settled).toBe(false);
    channels[0]?.close();
    await waiting;
    expect(settled).toBe(true);
  });
});
