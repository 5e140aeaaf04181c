// The reference registry behind the site's proxy, as a page sees it: with a password and without, pulled, pushed, and refused
// where the configuration says so.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Drydock } from '../../src/compose/create-drydock.ts';
import { openSite } from '../../src/node/open-site.ts';
import type { Site } from '../../src/node/open-site.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import type { DockerRegistry } from '../support/docker-registry.ts';
import { runScript } from '../support/guest.ts';
import type { ShellResult } from '../support/guest.ts';
import { startPageInNode } from '../support/page-in-node.ts';

let folder = '';
let open: DockerRegistry;
let closed: DockerRegistry;
let site: Site;
let drydock: Drydock;
const log: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-proxy-'));
  [open, closed] = await Promise.all([startDockerRegistry(), startDockerRegistry({ withPassword: true })]);
  const at = ({ host }: DockerRegistry) => ({ url: `http://${host}`, privateAddresses: true });
  const registries = {
    'docker.io': { ...at(open), repositories: ['library/*', 'team/**'] },
    'open.example': { ...at(open), push: true },
    'closed.example': { ...at(closed), push: true },
  };
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ proxy: { registries } }));
  site = await openSite({ host: '127.0.0.1', port: 0, config, prefix: '/some/where', log: (line) => log.push(line) });
  drydock = await startPageInNode(site.url);
  await ok(
    'docker pull -q busybox && docker tag busybox open.example/library/own:1 && docker push -q open.example/library/own:1',
  );
});
afterAll(async () => {
  await drydock.close();
  await site.close();
  await Promise.all([open.stop(), closed.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const sh = (script: string): Promise<ShellResult> => runScript(drydock, script);

async function ok(script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await sh(script);
  if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}: ${stderr}`);
  return stdout.trim();
}

describe('without a password', () => {
  it('pushes and pulls by the name that the configuration has', async () => {
    await ok('docker run --name big busybox sh -c "head -c 9000000 /dev/urandom > /big"');
    await ok('docker commit big open.example/team/app:v1 && docker rm big');
    const said = await ok('docker push open.example/team/app:v1');
    expect(said).toMatch(/^The push refers to repository \[open\.example\/team\/app\]\n/);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1] ?? '';
    await ok('docker rmi open.example/team/app:v1');
    expect(await ok('docker pull open.example/team/app:v1')).toContain(`Digest: ${digest}\n`);
    expect(await ok('docker run --rm open.example/team/app:v1 stat -c %s /big')).toBe('9000000');
  });

  it('pulls from docker.io what is not beside the page', async () => {
    expect(await ok('docker pull own:1')).toMatch(/^1: Pulling from library\/own\n/);
    expect(await ok('docker run --rm own:1 echo from the hub')).toBe('from the hub');
    expect(await ok('docker pull -q team/app:v1')).toBe('docker.io/team/app:v1');
    // What lies beside the page comes from there.
    expect(await ok('docker pull hello-world')).toContain('Status: Downloaded newer image for hello-world:latest');
  });

  it('says what docker.io does not have', async () => {
    expect(await sh('docker pull own:2')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('manifest for own:2 not found: manifest unknown: manifest unknown') as string,
    });
  });
});

describe('with a password', () => {
  it('needs docker login, and the right one', async () => {
    await ok('docker tag busybox closed.example/secret:1');
    const withoutLogin = { exitCode: 1, stderr: expect.stringContaining('no basic auth credentials') as string };
    expect(await sh('docker push closed.example/secret:1')).toMatchObject(withoutLogin);
    expect(await sh('docker pull closed.example/secret:1')).toMatchObject(withoutLogin);
    expect(await sh('docker login -u learner -p wrong closed.example')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('failed with status: 401 Unauthorized') as string,
    });
    expect(await ok('docker login -u learner -p sesame closed.example 2>/dev/null')).toBe('Login Succeeded');
    await ok('docker push -q closed.example/secret:1 && docker rmi closed.example/secret:1');
    expect(await ok('docker pull -q closed.example/secret:1')).toBe('closed.example/secret:1');
    await ok('docker logout closed.example');
    expect(await sh('docker push closed.example/secret:1')).toMatchObject(withoutLogin);
  });
});

describe('what the configuration does not have', () => {
  it.each([
    [
      'docker pull none.invalid/x/y',
      'Cannot reach registry none.invalid: GET https://none.invalid/v2/x/y/manifests/latest failed: nobody is there, or it ' +
        "does not let pages in (CORS), as Docker Hub and most registries, and this page's server passes on requests only to docker.io, open.example, closed.example",
    ],
    [
      'docker pull else/where',
      "pull access denied for else/where, repository does not exist or may require 'docker login': denied: this page's " +
        'server does not pass on requests for "else/where" of docker.io',
    ],
    [
      'docker tag busybox team/app:v2 && docker push team/app:v2',
      "denied: this page's server passes on pulls from docker.io and no pushes",
    ],
  ])('%s says so', async (script, message) => {
    const { exitCode, stderr } = await sh(script);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(message) as string });
  });

  it('is no word in the log, and no password is', () => {
    expect(log.join('\n')).not.toMatch(/sesame|wrong|learner/);
  });
});
