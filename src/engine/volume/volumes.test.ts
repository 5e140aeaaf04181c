// Volumes through the Engine API, on a fake host: what they are, who uses them, and what is refused.
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine } from '../../../test/support/test-engine.ts';
import type { AnyJson, TestEngine } from '../../../test/support/test-engine.ts';

let test: TestEngine;
let commands: string[][];
let events: AnyJson[];

beforeEach(() => {
  commands = [];
  const record = (io: { argv: readonly string[] }) => (commands.push([...io.argv]), 0);
  test = createTestEngine({ cp: record, mount: record, umount: record, sh: async (io) => (await io.print('12\n'), 0) });
  events = [];
});

const ok = async (method: string, path: string, body?: unknown): Promise<AnyJson> => {
  const answer = await test.call(method, path, body);
  if (answer.status >= 300) throw new Error(answer.body?.message ?? String(answer.status));
  return answer.body;
};
const message = async (method: string, path: string, body?: unknown) => {
  const { status, body: answer } = await test.call(method, path, body);
  return `${status} ${answer?.message}`;
};
const names = async (query = ''): Promise<string[]> =>
  (await ok('GET', `/volumes${query}`)).Volumes.map(({ Name }: AnyJson) => Name);
const filtered = (filters: object) => names(`?filters=${encodeURIComponent(JSON.stringify(filters))}`);
const mountsOf = async (id: string): Promise<AnyJson[]> => (await ok('GET', `/containers/${id}/json`)).Mounts;
const container = async (body: object, name = ''): Promise<string> =>
  (await ok('POST', `/containers/create?name=${name}`, { Image: 'busybox', Cmd: ['true'], ...body })).Id;

describe('POST /volumes/create', () => {
  it('makes a directory below the data root, and tells about it', async () => {
    const labels = { team: 'x' };
    const body = await ok('POST', '/volumes/create', { Name: 'data', Labels: labels });
    expect(body).toMatchObject({
      Name: 'data',
      Driver: 'local',
      Mountpoint: '/var/lib/docker/volumes/data/_data',
      Labels: labels,
      Options: null,
      Scope: 'local',
    });
    expect(await ok('GET', '/volumes/data')).toEqual(body);
    expect(await test.runtime.files.stat(body.Mountpoint)).toMatchObject({ kind: 'directory', mode: 0o755 });
    expect(await ok('POST', '/volumes/create', { Name: 'data' })).toEqual(body);
  });

  it('names an anonymous one itself, and marks it', async () => {
    const { Name, Labels } = await ok('POST', '/volumes/create', {});
    expect(Name).toMatch(/^[0-9a-f]{64}$/);
    expect(Labels).toEqual({ 'com.docker.volume.anonymous': '' });
  });

  it.each([
    [{ Name: 'a' }, 'create a: volume name is too short, names should be at least two alphanumeric characters'],
    [
      { Name: 'a/b' },
      'create a/b: "a/b" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path',
    ],
    [{ Name: 'xy', DriverOpts: { color: 'red' } }, 'create xy: invalid option: "color"'],
    [{ Name: 'xy', DriverOpts: { type: 'tmpfs' } }, 'create xy: missing required option: "device"'],
    [{ Name: 'xy', DriverOpts: { size: '1g' } }, 'create xy: quota size requested but no quota support'],
  ])('refuses %j', async (body, text) => {
    expect(await message('POST', '/volumes/create', body)).toBe(`400 ${text}`);
    expect(await names()).toEqual([]);
  });

  it('has no other driver, no cluster, and no update', async () => {
    expect(await message('POST', '/volumes/create', { Name: 'xy', Driver: 'nfs' })).toBe(
      '404 create xy: error looking up volume plugin nfs: plugin "nfs" not found',
    );
    expect(await message('PUT', '/volumes/xy?version=1', {})).toBe(
      '503 volume update only valid for cluster volumes, but swarm is unavailable',
    );
  });
});

describe('volumes of containers', () => {
  it('are made with the container, listed in its mounts, and cannot be removed while it is there', async () => {
    const id = await container({
      HostConfig: { Binds: ['named:/data:ro'], Mounts: [{ Type: 'volume', Target: '/anonymous' }] },
      Volumes: { '/also': {}, '/data': {} },
    });
    const [named, anonymous, also] = await mountsOf(id);
    expect(named).toEqual({
      Type: 'volume',
      Name: 'named',
      Source: '/var/lib/docker/volumes/named/_data',
      Destination: '/data',
      Driver: 'local',
      Mode: 'ro',
      RW: false,
      Propagation: '',
    });
    expect(anonymous).toMatchObject({ Destination: '/anonymous', Mode: 'z', RW: true });
    expect(also).toMatchObject({ Destination: '/also', Mode: '' });
    expect(await message('DELETE', '/volumes/named')).toBe(`409 remove named: volume is in use - [${id}]`);
    expect(await filtered({ dangling: ['true'] })).toEqual([]);
    await ok('DELETE', `/containers/${id}?v=1`);
    expect(await names()).toEqual(['named']);
    await ok('DELETE', '/volumes/named');
    expect(await names()).toEqual([]);
    expect(await message('DELETE', '/volumes/named')).toBe('404 get named: no such volume');
    expect((await test.call('DELETE', '/volumes/named?force=1')).status).toBe(204);
  });

  it('stay without -v, and go with --rm', async () => {
    const kept = await container({ Volumes: { '/v': {} } });
    await ok('DELETE', `/containers/${kept}`);
    expect(await names()).toHaveLength(1);
    const id = await container({ Volumes: { '/v': {} }, HostConfig: { AutoRemove: true } });
    const gone = test.call('POST', `/containers/${id}/wait?condition=removed`);
    await ok('POST', `/containers/${id}/start`);
    await gone;
    expect(await names()).toHaveLength(1);
  });

  it('come from other containers, in chains, and may be read-only', async () => {
    await container({ HostConfig: { Binds: ['named:/data', '/host:/host:ro'] }, Volumes: { '/v': {} } }, 'first');
    await container({ HostConfig: { VolumesFrom: ['first:ro'] } }, 'second');
    const id = await container({ HostConfig: { VolumesFrom: ['second'], Binds: ['other:/v'] } });
    const mounts = Object.fromEntries((await mountsOf(id)).map((mount) => [mount.Destination, mount]));
    expect(mounts['/data']).toMatchObject({ Name: 'named', RW: false });
    expect(mounts['/host']).toMatchObject({ Type: 'bind', RW: false });
    expect(mounts['/v']).toMatchObject({ Name: 'other', RW: true });
    for (const [spec, text] of [
      ['nobody', '400 No such container: nobody'],
      ['first:bad', '400 invalid mode: bad'],
      ['first:rshared', '400 invalid mode: rshared'],
    ] as const) {
      expect(
        await message('POST', '/containers/create', { Image: 'busybox', HostConfig: { VolumesFrom: [spec] } }),
      ).toBe(text);
    }
  });

  it('take what the image has at their place once, in the guest', async () => {
    const root = (id: string) => `/var/lib/docker/overlay2/${id}/merged`;
    const original = test.runtime.prepareRootfs.bind(test.runtime);
    test.runtime.prepareRootfs = async (request) => {
      const paths = await original(request);
      await test.runtime.files.mkdir(`${root(request.id)}/data`);
      await test.runtime.files.write(`${root(request.id)}/data/file`, new Uint8Array(1));
      return paths;
    };
    const id = await container({ HostConfig: { Binds: ['named:/data', 'bare:/data2:nocopy'] } });
    expect(commands).toEqual([['cp', '-a', `${root(id)}/data/.`, '/var/lib/docker/volumes/named/_data/']]);
    await test.runtime.files.write('/var/lib/docker/volumes/named/_data/own', new Uint8Array(1));
    await container({ HostConfig: { Binds: ['named:/data'] } });
    expect(commands).toHaveLength(1);
  });

  it('with options are mounted while somebody runs with them', async () => {
    await ok('POST', '/volumes/create', { Name: 'ram', DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' } });
    const path = '/var/lib/docker/volumes/ram/_data';
    const body = { Cmd: ['sleep'], HostConfig: { Binds: ['ram:/ram'] } };
    const first = await container(body);
    const second = await container(body);
    for (const id of [first, second]) await ok('POST', `/containers/${id}/start`);
    expect(commands).toEqual([['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]]);
    for (const id of [first, second]) await ok('POST', `/containers/${id}/kill`);
    await ok('POST', `/containers/${first}/wait`);
    await ok('POST', `/containers/${second}/wait`);
    expect(commands.slice(1)).toEqual([['umount', path]]);
  });

  it('that cannot be mounted stop the start, and leave nothing mounted', async () => {
    test.runtime.programs['mount'] = async (io) => (await io.printError('mount: bad device\n'), 32);
    const DriverOpts = { type: 'ext4', device: '/dev/none' };
    await ok('POST', '/volumes/create', { Name: 'disk', DriverOpts });
    const id = await container({ HostConfig: { Binds: ['disk:/disk'] } });
    expect(await message('POST', `/containers/${id}/start`)).toBe(
      `500 error while mounting volume '/var/lib/docker/volumes/disk/_data': failed to mount local volume: mount /dev/none:/var/lib/docker/volumes/disk/_data: bad device`,
    );
  });

  it('are gone again when the container could not be made', async () => {
    const body = { Image: 'busybox', HostConfig: { Binds: ['x:/y'] }, Volumes: { '/v': {} } };
    expect(await message('POST', '/containers/create', body)).toContain('400 create x: volume name is too short');
    const mounts = [
      { Type: 'volume', Target: '/a' },
      { Type: 'volume', Source: 'bad/name', Target: '/b' },
    ];
    expect(await message('POST', '/containers/create', { Image: 'busybox', HostConfig: { Mounts: mounts } })).toContain(
      '400',
    );
    expect(await names()).toEqual([]);
  });

  it('tell of themselves in events', async () => {
    const id = await container({ HostConfig: { Binds: ['named:/data:ro'] } });
    await ok('POST', `/containers/${id}/start`);
    await ok('POST', `/containers/${id}/wait`);
    await ok('DELETE', `/containers/${id}`);
    await ok('DELETE', '/volumes/named');
    const until = Math.ceil(Date.now() / 1000) - 1;
    const response = await test.engine.fetch(
      new Request(`http://docker/events?since=1&until=${until + 1}&filters={"type":["volume"]}`),
    );
    events = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ Action, Actor }) => [Action, Actor.ID, Actor.Attributes])).toEqual([
      ['create', 'named', { driver: 'local' }],
      [
        'mount',
        'named',
        { driver: 'local', container: id, destination: '/data', 'read/write': 'false', propagation: '' },
      ],
      ['unmount', 'named', { driver: 'local', container: id }],
      ['destroy', 'named', { driver: 'local' }],
    ]);
  });
});

describe('GET /volumes and prune', () => {
  beforeEach(async () => {
    await ok('POST', '/volumes/create', { Name: 'one', Labels: { a: '1' } });
    await ok('POST', '/volumes/create', { Name: 'two', Labels: { b: '' } });
    await container({ HostConfig: { Binds: ['two:/two'] }, Volumes: {} });
  });

  it('filters', async () => {
    expect(await filtered({ name: ['on'] })).toEqual(['one']);
    expect(await filtered({ label: ['a=1'] })).toEqual(['one']);
    expect(await filtered({ dangling: ['true'] })).toEqual(['one']);
    expect(await filtered({ dangling: ['0'] })).toEqual(['two']);
    expect(await filtered({ driver: ['local'] })).toEqual(['one', 'two']);
    expect(await filtered({ driver: ['nfs'] })).toEqual([]);
    expect(await message('GET', '/volumes?filters={"size":["1"]}')).toBe("400 invalid filter 'size'");
    expect(await message('GET', '/volumes?filters={"dangling":["maybe"]}')).toBe(
      "400 invalid filter 'dangling=[maybe]'",
    );
  });

  it('prunes anonymous volumes, or all that nobody uses', async () => {
    const { Name } = await ok('POST', '/volumes/create', {});
    expect(await ok('POST', '/volumes/prune')).toEqual({ VolumesDeleted: [Name], SpaceReclaimed: 12 });
    expect(await ok('POST', '/volumes/prune')).toEqual({ VolumesDeleted: [], SpaceReclaimed: 0 });
    const all = (filters: object) =>
      ok('POST', `/volumes/prune?filters=${encodeURIComponent(JSON.stringify(filters))}`);
    expect((await all({ all: ['true'], 'label!': ['a'] })).VolumesDeleted).toEqual([]);
    expect((await all({ all: ['true'] })).VolumesDeleted).toEqual(['one']);
    expect(await names()).toEqual(['two']);
    expect(await message('POST', '/volumes/prune?filters={"all":["x"]}')).toContain("400 invalid filter 'all': ");
  });
});
