import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DISK_REGISTRY, diskRegistryFetch } from './disk-registry.ts';

let directory: string;
let fetchFromDisk: typeof fetch;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-registry-'));
  await mkdir(join(directory, 'public/v2/library/x/tags'), { recursive: true });
  await writeFile(join(directory, 'public/v2/library/x/tags/list'), '{"tags":["a"]}');
  await writeFile(join(directory, 'secret'), 'no');
  fetchFromDisk = diskRegistryFetch(join(directory, 'public'), () => Promise.resolve(new Response('elsewhere')));
});
afterAll(() => rm(directory, { recursive: true }));

it('answers from the tree with the size', async () => {
  const response = await fetchFromDisk(new URL('library/x/tags/list', DISK_REGISTRY));
  expect(response.headers.get('content-length')).toBe('14');
  expect(await response.json()).toEqual({ tags: ['a'] });
});

it.each(['library/none', 'library', '..%2f..%2fsecret', '%2e%2e/%2e%2e/secret'])('has no %s', async (path) => {
  expect((await fetchFromDisk(`${DISK_REGISTRY.href}${path}`)).status).toBe(404);
});

it('leaves other hosts alone', async () => {
  expect(await (await fetchFromDisk('http://127.0.0.1:5000/v2/')).text()).toBe('elsewhere');
});
