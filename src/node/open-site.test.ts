import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSite } from './open-site.ts';
import type { SiteOptions } from './open-site.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-site-'));
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site/index.html'), '<p>page');
  await writeFile(join(folder, 'none.json'), '{"proxy":false}');
  await writeFile(join(folder, 'empty.json'), '{}');
  await writeFile(join(folder, 'own.json'), '{"proxy":{"registries":{"own.example":{}}}}');
});
afterAll(() => rm(folder, { recursive: true }));

const open = (options: Partial<SiteOptions>) =>
  openSite({ host: '127.0.0.1', port: 0, directory: join(folder, 'site'), log: () => undefined, ...options });

async function registriesOf(options: Partial<SiteOptions>): Promise<unknown> {
  const site = await open(options);
  try {
    const response = await fetch(new URL('proxy/registries.json', site.url.replace('0.0.0.0', '127.0.0.1')));
    if (!response.ok) return response.status;
    const { registries } = (await response.json()) as { registries: { name: string }[] };
    const names = registries.map(({ name }) => name);
    expect(names).toEqual(site.registries);
    return names;
  } finally {
    await site.close();
  }
}

describe('openSite', () => {
  it('passes on to the usual registries on loopback, and to none elsewhere', async () => {
    const config = join(folder, 'empty.json');
    expect(await registriesOf({ config })).toContain('docker.io');
    expect(await registriesOf({ config, host: '0.0.0.0' })).toBe(404);
  });

  it('does what the configuration says', async () => {
    expect(await registriesOf({ config: join(folder, 'none.json') })).toBe(404);
    expect(await registriesOf({ config: join(folder, 'own.json'), prefix: '/some/where' })).toEqual(['own.example']);
  });

  it('offers registries to other machines only when told to', async () => {
    const options = { config: join(folder, 'own.json'), host: '0.0.0.0' };
    await expect(open(options)).rejects.toThrow('refusing to listen on "0.0.0.0" with the registries of ');
    expect(await registriesOf({ ...options, allowRemote: true })).toEqual(['own.example']);
  });

  it('says when there is no page', async () => {
    await expect(open({ directory: folder })).rejects.toThrow('run "npm run build"');
  });

  it('lets what is under way end within the grace', async () => {
    const site = await open({ config: join(folder, 'none.json') });
    expect(await (await fetch(site.url)).text()).toBe('<p>page');
    await site.close(30_000);
    await expect(fetch(site.url)).rejects.toThrow('fetch failed');
  });
});
