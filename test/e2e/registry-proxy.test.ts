// A page whose server passes requests on pulls from a real registry; what a page cannot reach, it says.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openSite } from '../../src/node/open-site.ts';
import type { Site } from '../../src/node/open-site.ts';
import { openBrowser, serveSite, Terminal } from '../support/browser.ts';
import type { Browser } from '../support/browser.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import type { DockerRegistry } from '../support/docker-registry.ts';

let folder = '';
let registry: DockerRegistry;
let site: Site;
let browser: Browser;
const dialogs: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-e2e-proxy-'));
  registry = await startDockerRegistry({ withPassword: true });
  const config = join(folder, 'config.json');
  const entry = { url: `http://${registry.host}`, privateAddresses: true, push: true };
  await writeFile(config, JSON.stringify({ proxy: { registries: { 'registry.example': entry, 'docker.io': entry } } }));
  site = await openSite({ host: '127.0.0.1', port: 0, config, prefix: '/any/prefix', log: () => undefined });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await site.close();
  await registry.stop();
  await rm(folder, { recursive: true, force: true });
});

async function open(url: string): Promise<{ page: Page; terminal: Terminal }> {
  const page = await browser.context.newPage();
  page.on('dialog', (dialog) => dialogs.push(dialog.message()));
  await page.goto(url);
  const terminal = new Terminal(page);
  await terminal.prompt();
  return { page, terminal };
}

it('pushes to and pulls from a registry through its server, after docker login', async () => {
  const { page, terminal } = await open(site.url);
  await terminal.enter('docker pull -q busybox; docker tag busybox registry.example/team/box:1; clear');
  await terminal.enter('docker push -q registry.example/team/box:1');
  await terminal.sees(/no basic auth credentials/);
  await terminal.enter('clear; docker login -u learner -p sesame registry.example');
  await terminal.sees(/^Login Succeeded$/m);
  await terminal.enter(
    'clear; docker push -q registry.example/team/box:1; docker rmi registry.example/team/box:1 busybox; clear',
  );
  await terminal.enter('docker run --rm registry.example/team/box:1 echo pulled again');
  await terminal.sees(/^Status: Downloaded newer image for registry\.example\/team\/box:1$[^]*^pulled again$/m);
  expect(dialogs).toEqual([]);
  await page.close();
});

it('takes docker.io for that which its server has for it', async () => {
  const { page, terminal } = await open(site.url);
  await terminal.enter('docker login -u learner -p sesame');
  await terminal.sees(/^Login Succeeded$/m);
  await terminal.enter('clear; docker run --rm team/box:1 echo from docker.io');
  await terminal.sees(/^from docker\.io$/m);
  await page.close();
});

it('says what a registry lacks that is on no list', async () => {
  const { page, terminal } = await open(site.url);
  await terminal.enter('docker pull none.invalid/x');
  await terminal.sees(
    /Cannot reach registry none\.invalid: [^]*server\s+passes\s+on\s+requests\s+only\s+to\s+registry\.example/,
  );
  await page.close();
});

it('says what it has where the host passes nothing on', async () => {
  const host = await serveSite();
  const { page, terminal } = await open(host.url);
  await terminal.enter('docker pull alpine');
  await terminal.sees(
    new RegExp(
      `pull access denied for alpine, [^]*${wrapped('Beside this page there are')}[^]*${wrapped('passes on no requests')}`,
    ),
  );
  await page.close();
  await host.close();
});

/** A text in a terminal, which breaks its lines anywhere: how long the list before it is depends on the images that are built. */
function wrapped(text: string): string {
  return [...text].map((char) => (char === ' ' ? '\\s+' : `${char}\\n?`)).join('');
}
