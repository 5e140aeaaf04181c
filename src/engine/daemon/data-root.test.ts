import { expect, it } from 'vitest';
import { FakeRuntime } from '../../machine/fake/fake-runtime.ts';
import { fileSystemOf, prepareDataRoot, prepareRemappedRoot } from './data-root.ts';

const MOUNTS = `overlay / overlay rw 0 0
tmpfs /run tmpfs rw 0 0
tmpfs /var/lib/docker tmpfs rw 0 0
/dev/sda /mnt/my\\040disk ext4 rw 0 0
`;

it.each([
  ['/data', 'overlay'],
  ['/var/lib/docker2', 'overlay'],
  ['/var/lib/docker/x', 'tmpfs'],
  ['/mnt/my disk/docker', 'ext4'],
])('%s is on %s', (path, type) => expect(fileSystemOf(MOUNTS, path)).toBe(type));

it('makes the layout, with a file system of its own where containers could not be', async () => {
  const scripts: string[] = [];
  const runtime = new FakeRuntime({ sh: (io) => (scripts.push(io.argv.at(-1) ?? ''), 0) });
  await runtime.files.mkdir('/proc/self');
  await runtime.files.write('/proc/self/mounts', new TextEncoder().encode(MOUNTS));
  const log: string[] = [];
  await prepareDataRoot(runtime, '/run/docker-data', (line) => log.push(line));
  expect(scripts).toEqual([]);
  expect(await runtime.files.list('/run/docker-data')).toContain('volumes');
  await prepareDataRoot(runtime, '/data', (line) => log.push(line));
  expect(scripts).toEqual(['/data']);
  expect(log[0]).toContain('/data is on overlay');
});

it('says why it cannot', async () => {
  const runtime = new FakeRuntime({ sh: async (io) => (await io.printError('mount: no memory\n'), 32) });
  await runtime.files.mkdir('/proc/self');
  await runtime.files.write('/proc/self/mounts', new TextEncoder().encode(MOUNTS));
  await expect(prepareDataRoot(runtime, '/data', () => undefined)).rejects.toThrow(
    'failed to start daemon: mkdir /data: mount: no memory',
  );
});

it('lets root of the containers through to what is theirs, and to nothing else', async () => {
  const runtime = new FakeRuntime();
  const range = (hostID: number) => [{ containerID: 0, hostID, size: 65_536 }];
  const daemon = { dataRoot: '/data/5000.6000', idMappings: { uids: range(5000), gids: range(6000) } };
  await runtime.files.mkdir('/data');
  await prepareRemappedRoot(runtime, daemon, '/data');
  expect((await runtime.files.stat('/data/5000.6000/image')).mode).toBe(0o700);
  const passages = ['/data', '/data/5000.6000', '/data/5000.6000/containers', '/data/5000.6000/overlay2'];
  expect([...runtime.files.owners].sort()).toEqual(passages.map((path) => [path, '0:6000']));
});
