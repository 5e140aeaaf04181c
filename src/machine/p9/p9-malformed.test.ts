// Whatever a broken or hostile guest sends: never an exception, at most one answer, and the server still works afterwards.
import { describe, expect, test } from 'vitest';
import { ERRNO } from '../errno.ts';
import { WorkspaceTree } from '../workspace/workspace-tree.ts';
import { RLERROR, T } from './p9-constants.ts';
import { FixedDirectory } from './p9-directory.ts';
import { P9Server } from './p9-server.ts';
import { P9TestClient } from './p9-test-client.ts';
import { P9Writer } from './p9-wire.ts';

async function attached(): Promise<{ client: P9TestClient; log: string[] }> {
  const workspace = new WorkspaceTree();
  const root = new FixedDirectory([]);
  root.add('workspace', workspace.mount(root, 'workspace'));
  const log: string[] = [];
  const client = new P9TestClient(new P9Server(root, (line) => log.push(line)));
  await client.attach();
  await client.walk(0, 1, 'workspace');
  return { client, log };
}

const name = (value: string) => (out: P9Writer) => out.u32(1).string(value).u32(0o755).u32(0);
const MALFORMED: readonly [string, number, (out: P9Writer) => unknown, number][] = [
  ['an unknown type', 99, () => undefined, ERRNO.EOPNOTSUPP],
  ['a reply as a request', T.walk + 1, () => undefined, ERRNO.EOPNOTSUPP],
  ['no fields', T.walk, () => undefined, ERRNO.EPROTO],
  ['bytes after the last field', T.clunk, (out) => out.u32(1).u8(0), ERRNO.EPROTO],
  ['more names than there are', T.walk, (out) => out.u32(0).u32(5).u16(3).string('a'), ERRNO.EPROTO],
  ['a walk of 17 names', T.walk, (out) => out.u32(0).u32(5).u16(17), ERRNO.EPROTO],
  ['a name with a slash', T.mkdir, name('a/b'), ERRNO.EINVAL],
  ['a name of two dots', T.mkdir, name('..'), ERRNO.EINVAL],
  ['an empty name', T.mkdir, name(''), ERRNO.EINVAL],
  ['a name with a zero', T.mkdir, name('a\0b'), ERRNO.EINVAL],
  ['a name too long', T.mkdir, name('n'.repeat(256)), ERRNO.ENAMETOOLONG],
  ['a name that is no UTF-8', T.mkdir, (out) => out.u32(1).u16(1).u8(0xff).u32(0).u32(0), ERRNO.EINVAL],
  ['a walk through a slash', T.walk, (out) => out.u32(0).u32(5).u16(1).string('workspace/..'), ERRNO.EINVAL],
  ['a walk above the root', T.walk, (out) => out.u32(0).u32(5).u16(1).string('..'), ERRNO.EACCES],
  [
    'a write longer than its message',
    T.write,
    (out) =>
      out
        .u32(1)
        .u64(0)
        .u32(1 << 30)
        .u8(0),
    ERRNO.EPROTO,
  ],
  ['an offset beyond 2^53', T.write, (out) => out.u32(1).bytes(new Uint8Array(8).fill(255)).u32(0), ERRNO.EFBIG],
  ['an unknown fid', T.getattr, (out) => out.u32(77).u64(0), ERRNO.EBADF],
  ['a fid in use', T.attach, (out) => out.u32(0).u32(0xffff_ffff).string('').string('').u32(0), ERRNO.EINVAL],
  ['authentication', T.auth, (out) => out.u32(3).string('').string('').u32(0), ERRNO.EOPNOTSUPP],
  ['a device', T.mknod, (out) => out.u32(1).string('d').u32(0).u32(0).u32(0).u32(0), ERRNO.EPERM],
];

describe('a malformed message', () => {
  test.each(MALFORMED)('%s', async (_what, type, fields, errno) => {
    const { client } = await attached();
    const answer = await client.call(type, fields);
    expect([answer.type, answer.errno]).toEqual([RLERROR, errno]);
    expect((await client.walk(0, 6, 'workspace')).errno).toBeUndefined();
  });

  test('shorter than a header is dropped, a lying size is refused; both are logged', async () => {
    const { client, log } = await attached();
    const before = client.answers.length;
    client.raw(new Uint8Array([1, 2, 3]));
    expect(client.answers).toHaveLength(before);
    client.raw(new Uint8Array([255, 0, 0, 0, T.clunk, 9, 0]));
    expect(client.answers.at(-1)).toMatchObject({ type: RLERROR, tag: 9, errno: ERRNO.EPROTO });
    expect(log).toHaveLength(2);
  });

  test('random messages neither throw nor break the server', async () => {
    const { client } = await attached();
    let seed = 42;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const types = Object.values(T).filter((type) => type !== T.version);
    for (let round = 0; round < 5_000; round += 1) {
      const out = new P9Writer();
      const fields = random(40);
      for (let index = 0; index < fields; index += 1) out.u8(random(4) === 0 ? random(256) : random(3));
      const message = out.finish(types[random(types.length)] ?? 0, 1000 + round);
      if (random(10) === 0) message[0] = random(256);
      client.raw(message);
    }
    client.answers.length = 0;
    await client.call(T.version, (out) => out.u32(65536).string('9P2000.L'));
    await client.attach();
    expect((await client.walk(0, 6, 'workspace')).errno).toBeUndefined();
  });
});
