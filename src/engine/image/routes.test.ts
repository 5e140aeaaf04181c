import type { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../test/support/memory-image-store.ts';
import { deferred } from '../../shared/deferred.ts';
import type { MemoryBlobStore } from '../blob/memory-blob-store.ts';
import type { EngineEvent } from '../event/event-log.ts';
import { FakeRegistry } from '../registry/testing/fake-registry.ts';
import { ImageMaker } from './image-maker.ts';
import type { ImageStore } from './image-store.ts';
import type { ImageUse } from './image-store.ts';
import { ImagePuller } from './pull.ts';
import { imageRoutes } from './routes.ts';

let registry: FakeRegistry;
let blobs: MemoryBlobStore;
let store: ImageStore;
let routes: Hono;
let events: EngineEvent[];
let users: Map<string, ImageUse[]>;
let released: string[];

beforeEach(() => {
  registry = new FakeRegistry();
  events = [];
  users = new Map();
  released = [];
  ({ store, blobs } = memoryImageStore({
    usedBy: (id) => users.get(id) ?? [],
    releaseLayer: async (overlayId) => void released.push(overlayId),
  }));
  const emit = (event: EngineEvent) => void events.push(event);
  const nowMs = () => Date.parse('2026-02-03T04:05:06.789Z');
  routes = imageRoutes({
    blobs,
    dataRoot: '/var/lib/docker',
    fetch: registry.fetch,
    maker: new ImageMaker({ store, blobs, emit, nowMs }),
    overlay2: '/var/lib/docker/overlay2',
    store,
    puller: new ImagePuller({ store, blobs, fetch: registry.fetch, defaultRegistry: registry.base }),
    emit,
    nowMs,
  });
});

const layerA = [{ path: 'a', content: 'a'.repeat(100) }];
const layerB = [{ path: 'b', content: 'b'.repeat(20) }];

async function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown; text: string }> {
  const response = await routes.request(`http://docker${path}`, { method, headers });
  const text = await response.text();
  return {
    status: response.status,
    text,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text.split('\r\n')[0] ?? '') : text,
  };
}

const pull = (name: string) => call('POST', `/images/create?fromImage=${encodeURIComponent(name)}&tag=latest`);
const list = async (query = ''): Promise<{ Id: string; RepoTags: string[] }[]> =>
  (await call('GET', `/images/json${query}`)).body as { Id: string; RepoTags: string[] }[];
const filtered = async (filters: object): Promise<string[]> =>
  (await list(`?filters=${encodeURIComponent(JSON.stringify(filters))}`)).map(({ Id, RepoTags }) => RepoTags[0] ?? Id);

describe('POST /images/create', () => {
  it('streams one JSON object a line and reports the pull', async () => {
    const pushed = await registry.push({
      name: 'library/busybox',
      layers: [layerA],
      config: { Labels: { team: 'x' } },
    });
    const { status, text } = await pull('busybox');
    expect(status).toBe(200);
    const lines = text.split('\r\n');
    expect(lines.pop()).toBe('');
    expect(lines[0]).toBe('{"status":"Pulling from library/busybox","id":"latest"}');
    expect(lines[1]).toBe(`{"status":"Pulling fs layer","progressDetail":{},"id":"${pushed.layers[0]?.slice(7, 19)}"}`);
    expect(lines.find((line) => line.includes('"Downloading"'))).toMatch(
      /^\{"status":"Downloading","progressDetail":\{"current":(\d+),"total":\1\},"progress":"\[={50}\u003e\] +[\d.]+B\/[\d.]+B","id":"[0-9a-f]{12}"\}$/,
    );
    expect(lines.at(-1)).toBe('{"status":"Status: Downloaded newer image for busybox:latest"}');
    expect(events).toEqual([
      { type: 'image', action: 'pull', id: 'busybox:latest', attributes: { name: 'busybox', team: 'x' } },
    ]);
  });

  it('answers 404 and 400 before the stream begins', async () => {
    expect(await pull('nosuch')).toMatchObject({
      status: 404,
      body: {
        message:
          "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      },
    });
    expect(await pull('Foo')).toMatchObject({
      status: 400,
      body: { message: 'invalid reference format: repository name (library/Foo) must be lowercase' },
    });
    expect(await pull('scratch')).toMatchObject({ status: 403, body: { message: "'scratch' is a reserved name" } });
    expect(await call('POST', '/images/create?fromImage=a&platform=toaster')).toMatchObject({ status: 400 });
  });

  it('ends the stream with the error when it comes later', async () => {
    const { layers } = await registry.push({ name: 'library/app', layers: [layerA] });
    registry.files.set(`library/app/blobs/${layers[0]}`, new Uint8Array([1]));
    const { status, text } = await pull('app');
    expect(status).toBe(200);
    const last: unknown = JSON.parse(text.trimEnd().split('\r\n').at(-1) ?? '');
    const message = expect.stringContaining(`verification failed for digest ${layers[0]}`);
    expect(last).toEqual({ errorDetail: { message }, error: message });
    expect(await list()).toEqual([]);
  });

  it('stops when the reader goes away', async () => {
    const { layers } = await registry.push({ name: 'library/app', layers: [layerA] });
    const asked = deferred<undefined>();
    const stopped = deferred<undefined>();
    registry.intercept = (path, request) => {
      if (!path.endsWith(layers[0] ?? '')) return undefined;
      asked.resolve(undefined);
      return new Promise((_resolve, reject) => {
        request.signal.addEventListener('abort', () => {
          stopped.resolve(undefined);
          reject(request.signal.reason);
        });
      });
    };
    const response = await routes.request('http://docker/images/create?fromImage=app&tag=latest', { method: 'POST' });
    await asked.promise;
    await response.body?.cancel();
    await stopped.promise;
    expect(store.list()).toEqual([]);
  });

  it('passes credentials on', async () => {
    await registry.push({ name: 'private', layers: [layerA] });
    registry.intercept = (_path, request) =>
      request.headers.has('authorization')
        ? undefined
        : new Response('', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } });
    const auth = Buffer.from(JSON.stringify({ username: 'me', password: '?>' })).toString('base64url');
    const create = '/images/create?fromImage=reg.test/private&tag=latest';
    expect((await call('POST', create, { 'x-registry-auth': auth })).text).toContain(
      'Status: Downloaded newer image for reg.test/private:latest',
    );
    expect(await call('POST', create)).toMatchObject({ status: 500, body: { message: 'no basic auth credentials' } });
  });
});

describe('GET /images/...', () => {
  it('inspects by name, digest, ID and the start of the ID, also with slashes', async () => {
    const { id, digest, diffIds } = await registry.push({
      name: 'user/app',
      layers: [layerA, layerB],
      config: { Cmd: ['sh'], Env: ['A=b'], Labels: {}, Volumes: null },
    });
    await pull('user/app');
    const names = [
      'user/app',
      'user/app:latest',
      `user/app@${digest}`,
      id,
      id.slice(7),
      id.slice(7, 12),
      id.slice(0, 12),
      'user%2Fapp',
    ];
    for (const name of names)
      expect(await call('GET', `/images/${name}/json`)).toMatchObject({ status: 200, body: { Id: id } });
    const { body, text } = await call('GET', '/images/user/app/json');
    const [below, top] = store.get(id).layers.map(({ overlayId }) => `/var/lib/docker/overlay2/${overlayId}`);
    expect(body).toEqual({
      Id: id,
      RepoTags: ['user/app:latest'],
      RepoDigests: [`user/app@${digest}`],
      Parent: '',
      Comment: '',
      Created: '2026-01-02T03:04:05.678Z',
      DockerVersion: '',
      Author: '',
      Config: { Env: ['A=b'], Cmd: ['sh'] },
      Architecture: '386',
      Os: 'linux',
      Size: 120,
      GraphDriver: {
        Data: {
          LowerDir: `${below}/diff`,
          MergedDir: `${top}/merged`,
          UpperDir: `${top}/diff`,
          WorkDir: `${top}/work`,
        },
        Name: 'overlay2',
      },
      RootFS: { Type: 'layers', Layers: diffIds },
      Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
    });
    expect(text.startsWith('{"Id":')).toBe(true);
  });

  it('says which image is missing', async () => {
    const message = async (name: string): Promise<unknown> => (await call('GET', `/images/${name}/json`)).body;
    expect(await message('nope')).toEqual({ message: 'No such image: nope:latest' });
    expect(await message('a/b:1')).toEqual({ message: 'No such image: a/b:1' });
    expect(await message('ab'.repeat(32))).toEqual({ message: `No such image: sha256:${'ab'.repeat(32)}` });
    expect((await call('GET', '/images/No/json')).status).toBe(400);
  });

  it('tells history newest first, with sizes where a step made a layer', async () => {
    const { id } = await registry.push({
      name: 'library/app',
      layers: [layerA, layerB],
      history: [
        { created: '2026-01-01T00:00:00Z', created_by: 'ADD a' },
        { created_by: 'ENV x', empty_layer: true, comment: 'c' },
        { created_by: 'ADD b' },
      ],
    });
    await pull('app');
    const step = { Comment: '', Created: 0, Id: '<missing>', Size: 0, Tags: null };
    expect((await call('GET', '/images/app/history')).body).toEqual([
      { ...step, CreatedBy: 'ADD b', Id: id, Size: 20, Tags: ['app:latest'] },
      { ...step, CreatedBy: 'ENV x', Comment: 'c' },
      { ...step, CreatedBy: 'ADD a', Created: 1767225600, Size: 100 },
    ]);
  });

  it('lists and filters', async () => {
    await registry.push({
      name: 'library/old',
      layers: [layerA],
      created: '2025-01-01T00:00:00Z',
      config: { Labels: { a: '1' } },
    });
    await registry.push({ name: 'user/new', layers: [layerA, layerB], created: '2026-01-01T00:00:00Z' });
    await pull('old');
    await pull('user/new');
    expect(await filtered({})).toEqual(['user/new:latest', 'old:latest']);
    expect(await filtered({ label: ['a=1'] })).toEqual(['old:latest']);
    expect(await filtered({ label: ['a=2'] })).toEqual([]);
    expect(await filtered({ since: ['old'] })).toEqual(['user/new:latest']);
    expect(await filtered({ before: ['user/new'] })).toEqual(['old:latest']);
    expect(await filtered({ until: ['2025-06-01T00:00:00Z'] })).toEqual(['old:latest']);
    expect(await filtered({ reference: ['o*'] })).toEqual(['old:latest']);
    expect(await filtered({ reference: ['*/n?[v-w]:l*'] })).toEqual(['user/new:latest']);
    expect(await filtered({ reference: ['*'] })).toEqual(['old:latest']);
    expect(await filtered({ dangling: ['true'] })).toEqual([]);
    await registry.push({ name: 'library/old', layers: [layerB], created: '2025-02-01T00:00:00Z' });
    await pull('old');
    expect(await filtered({ dangling: ['true'], label: ['a=1'] })).toHaveLength(1);
    expect(await call('GET', '/images/json?filters={"nope":["1"]}')).toMatchObject({
      status: 400,
      body: { message: "invalid filter 'nope'" },
    });
    expect((await call('GET', '/images/json?filters={"since":["gone"]}')).status).toBe(404);
    const [summary] = (await call('GET', '/images/json?shared-size=1')).body as object[];
    expect(summary).toMatchObject({
      RepoTags: ['user/new:latest'],
      SharedSize: 100,
      Size: 120,
      Containers: -1,
      Labels: null,
      ParentId: '',
    });
  });
});

describe('POST /images/{name}/tag', () => {
  it('gives another name', async () => {
    const { id } = await registry.push({ name: 'library/app', layers: [layerA] });
    await pull('app');
    expect((await call('POST', '/images/app/tag?repo=localhost:5000/mine&tag=v1')).status).toBe(201);
    expect(store.get(id).repoTags).toEqual(['app:latest', 'localhost:5000/mine:v1']);
    expect(events.at(-1)).toEqual({ type: 'image', action: 'tag', id, attributes: { name: 'localhost:5000/mine:v1' } });
    expect((await call('GET', '/images/app/json')).body).toMatchObject({
      Metadata: { LastTagTime: '2026-02-03T04:05:06.789Z' },
    });
  });

  it('refuses what is no name', async () => {
    await registry.push({ name: 'library/app', layers: [layerA] });
    await pull('app');
    const message = async (query: string) => (await call('POST', `/images/app/tag?${query}`)).body;
    expect(await message('repo=x&tag=a%20b')).toEqual({ message: 'invalid tag format' });
    expect(await message('repo=sha256&tag=a')).toEqual({
      message: 'refusing to create an ambiguous tag using digest algorithm as name',
    });
    expect((await call('POST', '/images/gone/tag?repo=x')).status).toBe(404);
  });
});

describe('DELETE /images/{name}', () => {
  const remove = (name: string, query = '') => call('DELETE', `/images/${name}${query}`);

  it('untags, and deletes the image with its last name and the layers nobody else has', async () => {
    await registry.push({ name: 'library/base', layers: [layerA] });
    const app = await registry.push({ name: 'library/app', layers: [layerA, layerB] });
    await pull('base');
    await pull('app');
    const [, top] = store.get('app').layers;
    await call('POST', '/images/app/tag?repo=two');
    expect((await remove('two')).body).toEqual([{ Untagged: 'two:latest' }]);
    events.length = 0;
    expect((await remove('app')).body).toEqual([
      { Untagged: 'app:latest' },
      { Untagged: `app@${app.digest}` },
      { Deleted: app.id },
      { Deleted: top?.chainId },
    ]);
    expect(events.map(({ action, id, attributes }) => [action, id, attributes['name']])).toEqual([
      ['untag', app.id, app.id],
      ['delete', app.id, app.id],
    ]);
    expect(released).toEqual([top?.overlayId]);
    expect(await blobs.list()).toHaveLength(2);
    expect((await remove('base')).status).toBe(200);
    expect(await blobs.list()).toEqual([]);
    expect(store.list()).toEqual([]);
  });

  it('takes every name of one repository with an ID, and asks for force for several', async () => {
    const { id, digest } = await registry.push({ name: 'library/app', layers: [layerA] });
    await pull('app');
    await call('POST', '/images/app/tag?repo=two');
    const short = id.slice(7, 19);
    expect(await remove(short)).toMatchObject({
      status: 409,
      body: {
        message: `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
      },
    });
    expect((await remove(short, '?force=1')).body).toEqual([
      { Untagged: 'app:latest' },
      { Untagged: `app@${digest}` },
      { Untagged: 'two:latest' },
      { Deleted: id },
      { Deleted: store.list()[0]?.id ?? expect.stringMatching(/^sha256:/) },
    ]);
  });

  it('refuses while containers stand on it, and keeps their layers when forced', async () => {
    const { id, diffIds } = await registry.push({ name: 'library/app', layers: [layerA] });
    await pull('app');
    const short = id.slice(7, 19);
    const container = 'c0ffee'.padEnd(64, '0');
    users.set(id, [{ containerId: container, running: false }]);
    expect(await remove('app')).toMatchObject({
      status: 409,
      body: {
        message: `conflict: unable to remove repository reference "app" (must force) - container ${container.slice(0, 12)} is using its referenced image ${short}`,
      },
    });
    expect((await remove(short)).body).toEqual({
      message: `conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${container.slice(0, 12)}`,
    });
    users.set(id, [{ containerId: container, running: true }]);
    expect((await remove(short, '?force=true')).body).toEqual({
      message: `conflict: unable to delete ${short} (cannot be forced) - image is being used by running container ${container.slice(0, 12)}`,
    });
    users.set(id, [{ containerId: container, running: false }]);
    expect((await remove('app', '?force=1')).body).toContainEqual({ Deleted: id });
    expect(store.list()).toEqual([]);
    expect(released).toEqual([]);
    expect(await blobs.list()).toHaveLength(2);
    users.clear();
    await store.releaseUnused();
    expect(released).toEqual([diffIds[0]?.slice(7)]);
    expect(await blobs.list()).toEqual([]);
  });

  it('removes a running container’s image by name only as far as its name', async () => {
    const { id, digest } = await registry.push({ name: 'library/app', layers: [layerA] });
    await pull('app');
    users.set(id, [{ containerId: 'c'.repeat(64), running: true }]);
    expect((await remove('app', '?force=1')).body).toEqual([{ Untagged: 'app:latest' }, { Untagged: `app@${digest}` }]);
    expect(store.list()).toHaveLength(1);
  });

  it('says what is missing', async () => {
    expect(await remove('nope')).toMatchObject({ status: 404, body: { message: 'No such image: nope:latest' } });
  });
});
