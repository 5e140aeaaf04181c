import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diskRegistry } from './disk-registry.ts';
import { withDockerHub, withoutDockerHub } from './docker-hub.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-hub-'));
  await mkdir(join(folder, 'v2/library/busybox/manifests'), { recursive: true });
  await writeFile(join(folder, 'v2/library/busybox/manifests/latest'), 'built here');
  await writeFile(join(folder, 'v2/_catalog'), '{"repositories":["library/busybox"]}');
});
afterAll(() => rm(folder, { recursive: true }));

function setUp(answer: (request: Request) => Response) {
  const asked: string[] = [];
  const registry = withDockerHub(
    diskRegistry(folder, async (input, init) => {
      const request = new Request(input, init);
      asked.push(`${request.method} ${request.url}`);
      return answer(request);
    }),
  );
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    registry.fetch(new URL(path, registry.defaultRegistry), init);
  return { ask, asked, tree: registry.defaultRegistry };
}

it('asks Docker Hub only for what was not built here', async () => {
  const { ask, asked } = setUp(({ headers }) => new Response(`from the hub, ${headers.get('authorization')}`));
  expect(await (await ask('library/busybox/manifests/latest')).text()).toBe('built here');
  expect(asked).toEqual([]);
  const answer = await ask('library/alpine/manifests/3', { headers: { Authorization: 'Bearer t' } });
  expect(await answer.text()).toBe('from the hub, Bearer t');
  await ask('../v1/search?q=web');
  expect(asked).toEqual([
    'GET https://registry-1.docker.io/v2/library/alpine/manifests/3',
    'GET https://index.docker.io/v1/search?q=web',
  ]);
});

it.each(['/v2/me/x/blobs/uploads/1?_state=a', 'https://registry-1.docker.io/v2/me/x/blobs/uploads/1?_state=a'])(
  'goes on with a push at %s',
  async (location) => {
    const { ask, asked, tree } = setUp(() => new Response('', { status: 202, headers: { location } }));
    const { headers } = await ask('me/x/blobs/uploads/', { method: 'POST' });
    expect(headers.get('location')).toBe(`${tree.href}me/x/blobs/uploads/1?_state=a`);
    await ask(headers.get('location') ?? '', { method: 'PATCH' });
    expect(asked).toEqual([
      'POST https://registry-1.docker.io/v2/me/x/blobs/uploads/',
      'PATCH https://registry-1.docker.io/v2/me/x/blobs/uploads/1?_state=a',
    ]);
  },
);

it('says that Docker Hub cannot be reached, and what there is', async () => {
  const { ask } = setUp(() => {
    throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') });
  });
  const { errors } = (await (await ask('library/alpine/manifests/3')).json()) as { errors: unknown[] };
  expect(errors).toEqual([
    {
      code: 'DENIED',
      message:
        'requested access to the resource is denied. Here there are "busybox", and Docker Hub cannot be reached: getaddrinfo ENOTFOUND',
    },
  ]);
  await expect(ask('me/x/blobs/uploads/', { method: 'POST' })).rejects.toThrow('fetch failed');
});

it('says what there is when Docker Hub is not to be asked', async () => {
  const { fetch, defaultRegistry: tree } = withoutDockerHub(
    diskRegistry(folder, () => Promise.resolve(new Response('elsewhere'))),
  );
  expect(await (await fetch(new URL('library/busybox/manifests/latest', tree))).text()).toBe('built here');
  expect(await (await fetch('https://quay.io/v2/')).text()).toBe('elsewhere');
  const { errors } = (await (await fetch(new URL('library/alpine/manifests/3', tree))).json()) as { errors: unknown[] };
  expect(errors).toEqual([
    {
      code: 'DENIED',
      message:
        'requested access to the resource is denied. Here there are "busybox", and Docker Hub is asked only with --docker-hub',
    },
  ]);
});
