// A registry as the large ones are, pulled from through the site's proxy: tokens of another host, layers of a third.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseReference } from '../../src/engine/registry/reference.ts';
import { RegistryClient } from '../../src/engine/registry/client.ts';
import { transportTo } from '../../src/engine/registry/registry-reach.ts';
import { FakeRegistry } from '../../src/engine/registry/testing/fake-registry.ts';
import type { PushedImage } from '../../src/engine/registry/testing/fake-registry.ts';
import { openSite } from '../../src/node/open-site.ts';
import type { Site } from '../../src/node/open-site.ts';
import { PageRegistries } from '../../src/worker/page-registries.ts';
import { startTokenRegistry } from '../support/token-registry.ts';
import type { TokenRegistry } from '../support/token-registry.ts';

const images = new FakeRegistry();
const log: string[] = [];
let folder = '';
let pushed: PushedImage;
let hub: TokenRegistry;
let site: Site;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-tokens-'));
  pushed = await images.push({ name: 'library/app', layers: [[{ path: 'hello', content: 'hello' }]] });
  await images.push({ name: 'library/nosuch', layers: [] });
  hub = await startTokenRegistry(images);
  const entry = { url: hub.url, tokens: [hub.realm], privateAddresses: true };
  const registries = { 'docker.io': entry, 'strange.example': { ...entry, tokens: [] } };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ proxy: { registries } }));
  await writeFile(join(folder, 'index.html'), '<p>page');
  site = await openSite({
    host: '127.0.0.1',
    port: 0,
    directory: folder,
    config: join(folder, 'config.json'),
    log: (line) => log.push(line),
  });
});
afterAll(async () => {
  await site.close();
  await hub.close();
  await rm(folder, { recursive: true });
});

function clientOf(name: string, credentials?: { username: string; password: string }): RegistryClient {
  const registries = new PageRegistries({ site: new URL(site.url), fetch, isOffline: () => false });
  const reach = { fetch: registries.fetch, defaultRegistry: registries.tree };
  return new RegistryClient(transportTo(reach, parseReference(name).domain, credentials));
}

it('hands out manifests and layers', async () => {
  const client = clientOf('app', { username: 'me', password: 'secret' });
  expect((await client.manifest('library/app', 'latest')).digest).toBe(pushed.digest);
  const [layer] = pushed.layers;
  if (layer === undefined) throw new Error('no layer');
  const bytes = new Uint8Array(await (await client.blob('library/app', layer)).arrayBuffer());
  expect(bytes).toEqual(images.files.get(`library/app/blobs/${layer}`));
  expect(hub.logins).toEqual([`Basic ${btoa('me:secret')}`]);
  expect(log.join()).not.toContain(btoa('me:secret'));
});

it('says that there is none, as Docker does', async () => {
  const client = clientOf('nosuch');
  await expect(client.manifest('library/nosuch', 'latest')).rejects.toMatchObject({
    registryCode: 'DENIED',
    message: 'denied: requested access to the resource is denied',
  });
  await expect(clientOf('app').manifest('library/app', 'none')).rejects.toMatchObject({
    registryCode: 'MANIFEST_UNKNOWN',
  });
});

it('gets no password where the configuration does not fetch tokens from', async () => {
  const before = hub.logins.length;
  const client = clientOf('strange.example/library/app', { username: 'me', password: 'secret' });
  await expect(client.manifest('library/app', 'latest')).rejects.toMatchObject({
    registryCode: 'DENIED',
    message: expect.stringContaining(
      `"${hub.realm}" is not where this page's server fetches tokens for strange.example`,
    ) as string,
  });
  expect(hub.logins).toHaveLength(before);
});
