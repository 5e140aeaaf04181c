import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pathToFileURL } from 'node:url';
import type { DiskRegistry } from './disk-registry.ts';
import { diskRegistry } from './disk-registry.ts';

let directory: string;
let registry: DiskRegistry;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-registry-'));
  await mkdir(join(directory, 'public/v2/library/x/tags'), { recursive: true });
  await writeFile(join(directory, 'public/v2/library/x/tags/list'), '{"tags":["a"]}');
  await writeFile(join(directory, 'secret'), 'no');
  registry = diskRegistry(join(directory, 'public'), () => Promise.resolve(new Response('elsewhere')));
});
afterAll(() => rm(directory, { recursive: true }));

it('answers from the tree with the size', async () => {
  const response = await registry.fetch(new URL('library/x/tags/list', registry.defaultRegistry));
  expect(response.headers.get('content-length')).toBe('14');
  expect(await response.json()).toEqual({ tags: ['a'] });
});

it.each(['library/none', 'library', '..%2f..%2fsecret', '%2e%2e/%2e%2e/secret'])('has no %s', async (path) => {
  expect((await registry.fetch(`${registry.defaultRegistry.href}${path}`)).status).toBe(404);
});

it('reads no file beside the tree', async () => {
  expect((await registry.fetch(pathToFileURL(join(directory, 'secret')))).status).toBe(404);
  expect((await registry.fetch('file://elsewhere/v2/library/x/tags/list')).status).toBe(404);
});

it('leaves other hosts alone', async () => {
  expect(await (await registry.fetch('http://127.0.0.1:5000/v2/')).text()).toBe('elsewhere');
});
