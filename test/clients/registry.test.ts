// The reference registry between the real docker client and skopeo: what we push others pull, and the other way round, with
// and without a password.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDockerRegistry } from '../support/docker-registry.ts';
import type { DockerRegistry } from '../support/docker-registry.ts';
import { outputOf, useServedEngine } from '../support/served-engine.ts';

const engine = useServedEngine();

let folder = '';
let open: DockerRegistry;
let closed: DockerRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-push-'));
  [open, closed] = await Promise.all([startDockerRegistry(), startDockerRegistry({ withPassword: true })]);
});
afterAll(async () => {
  await Promise.all([open.stop(), closed.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const docker = (...args: string[]): Promise<string> => engine.output(...args);

const skopeo = (...args: string[]): Promise<string> => outputOf('skopeo', args, { HOME: folder });

const digestIn = (text: string): string => /digest: (sha256:[0-9a-f]{64}) size: \d+/.exec(text)?.[1] ?? '';

describe('push', () => {
  it('sends an image that skopeo finds whole', async () => {
    await docker(
      'run',
      '--name',
      'work',
      'busybox',
      'sh',
      '-c',
      'dd if=/dev/urandom of=/big bs=1M count=9 2>/dev/null',
    );
    await docker('commit', 'work', `${open.host}/team/app:v1`);
    const said = await docker('push', `${open.host}/team/app:v1`);
    expect(said).toMatch(/^The push refers to repository \[localhost:\d+\/team\/app\]\n/);
    expect(said.match(/: Pushed\n/g)).toHaveLength(2);
    const inspected = JSON.parse(
      await skopeo('inspect', '--tls-verify=false', `docker://${open.host}/team/app:v1`),
    ) as { Digest: string };
    expect(inspected.Digest).toBe(digestIn(said));
    const digests = await docker('image', 'inspect', '-f', '{{json .RepoDigests}}', `${open.host}/team/app:v1`);
    expect(JSON.parse(digests)).toEqual([`${open.host}/team/app@${inspected.Digest}`]);
    // It checks every digest on the way.
    await skopeo('copy', '-q', '--src-tls-verify=false', `docker://${open.host}/team/app:v1`, `dir:${folder}/copy`);
    expect(await readFile(join(folder, 'copy/version'), 'utf8')).toMatch(/^Directory Transport/);
  });

  it('comes back as the same image', async () => {
    const id = await docker('image', 'inspect', '-f', '{{.Id}}', `${open.host}/team/app:v1`);
    await docker('rm', 'work');
    await docker('rmi', `${open.host}/team/app:v1`);
    await docker('pull', '-q', `${open.host}/team/app:v1`);
    expect(await docker('image', 'inspect', '-f', '{{.Id}}', `${open.host}/team/app:v1`)).toBe(id);
    expect(await docker('run', '--rm', `${open.host}/team/app:v1`, 'stat', '-c', '%s', '/big')).toBe('9437184\n');
  });

  it('sends nothing twice, and takes layers from other repositories there', async () => {
    expect(await docker('push', `${open.host}/team/app:v1`)).toContain(': Layer already exists\n');
    await docker('tag', `${open.host}/team/app:v1`, `${open.host}/other/app:v2`);
    expect(await docker('push', `${open.host}/other/app:v2`)).toContain(': Mounted from team/app\n');
  });

  it('sends every tag', async () => {
    await docker('tag', 'busybox', `${open.host}/many:a`);
    await docker('tag', 'busybox', `${open.host}/many:b`);
    expect(await docker('push', '-q', '-a', `${open.host}/many`)).toBe(`${open.host}/many\n`);
    const { Tags } = JSON.parse(await skopeo('list-tags', '--tls-verify=false', `docker://${open.host}/many`)) as {
      Tags: string[];
    };
    expect(Tags.sort()).toEqual(['a', 'b']);
  });

  it('takes what skopeo pushed', async () => {
    const target = `docker://${open.host}/from/skopeo:1`;
    await skopeo(
      'copy',
      '-q',
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      `docker://${open.host}/many:a`,
      target,
    );
    expect(await docker('run', '--rm', `${open.host}/from/skopeo:1`, 'echo', 'same')).toBe('same\n');
  });

  it('says what cannot be pushed', async () => {
    expect(await engine.docker('push', `${open.host}/none`)).toMatchObject({
      exitCode: 1,
      stderr: `An image does not exist locally with the tag: ${open.host}/none\n`,
    });
    await docker('tag', 'busybox', 'library/mine');
    expect(await engine.docker('push', 'library/mine')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('denied: requested access to the resource is denied') as string,
    });
  });
});

describe('login', () => {
  it('is needed where a password is asked for', async () => {
    await docker('tag', 'busybox', `${closed.host}/secret:1`);
    expect(await engine.docker('push', `${closed.host}/secret:1`)).toMatchObject({
      exitCode: 1,
      stderr: 'no basic auth credentials\n',
    });
    expect(await engine.docker('pull', `${closed.host}/secret:1`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no basic auth credentials') as string,
    });
  });

  it('refuses a wrong password, and keeps nothing', async () => {
    expect(await engine.docker('login', '-u', 'learner', '-p', 'wrong', closed.host)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(
        `Error response from daemon: login attempt to http://${closed.host}/v2/ failed with status: 401 Unauthorized`,
      ) as string,
    });
    expect(await engine.docker('push', `${closed.host}/secret:1`)).toMatchObject({ exitCode: 1 });
  });

  it('lets push and pull through, until logout', async () => {
    expect(await docker('login', '-u', 'learner', '-p', 'sesame', closed.host)).toBe('Login Succeeded\n');
    expect(digestIn(await docker('push', `${closed.host}/secret:1`))).not.toBe('');
    await docker('rmi', `${closed.host}/secret:1`);
    await docker('pull', '-q', `${closed.host}/secret:1`);
    expect(await docker('logout', closed.host)).toBe(`Removing login credentials for ${closed.host}\n`);
    expect(await engine.docker('push', `${closed.host}/secret:1`)).toMatchObject({ exitCode: 1 });
  });
});
