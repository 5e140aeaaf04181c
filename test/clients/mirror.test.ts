// Images from the reference registry into a tree of plain files, by the command that people type, and out of that tree into
// the guest. skopeo puts them into the registry.
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestOf } from '../../src/engine/blob/sha256.ts';
import { PROJECT_DIRECTORY, PUBLIC_DIRECTORY } from '../../src/node/paths.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import type { DockerRegistry } from '../support/docker-registry.ts';
import { useGuest } from '../support/guest.ts';
import type { ShellResult } from '../support/guest.ts';
import { execute, outputOf } from '../support/served-engine.ts';

const images = mkdtempSync(join(tmpdir(), 'drydock-mirrored-'));
const guest = useGuest({ images });
let folder = '';
let open: DockerRegistry;
let closed: DockerRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-mirror-'));
  [open, closed] = await Promise.all([startDockerRegistry(), startDockerRegistry({ withPassword: true })]);
  await writeLayout(join(PUBLIC_DIRECTORY, 'v2/library/busybox'), join(folder, 'busybox'));
  await push('--all', `docker://${open.host}/team/box:v1`);
  await push('--dest-creds=learner:sesame', `docker://${closed.host}/secret:1`);
});
afterAll(async () => {
  await Promise.all([open.stop(), closed.stop()]);
  await rm(folder, { recursive: true, force: true });
  await rm(images, { recursive: true, force: true });
});

/** An OCI image layout (image spec, image-layout.md) of a repository's latest image. */
async function writeLayout(repository: string, layout: string): Promise<void> {
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  for (const kind of ['blobs', 'manifests'])
    for (const name of await readdir(join(repository, kind)))
      if (name.startsWith('sha256:'))
        await copyFile(join(repository, kind, name), join(layout, 'blobs/sha256', name.slice('sha256:'.length)));
  const index = await readFile(join(repository, 'manifests/latest'));
  const { mediaType } = JSON.parse(index.toString()) as { mediaType: string };
  const manifests = [{ mediaType, digest: await digestOf(index), size: index.length }];
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

async function push(option: string, to: string): Promise<void> {
  const platform = ['--override-arch=386', '--override-os=linux'];
  const args = [...platform, 'copy', '-q', '--dest-tls-verify=false', option, `oci:${folder}/busybox`, to];
  await outputOf('skopeo', args, { HOME: folder });
}

function mirror(...args: string[]): Promise<ShellResult> {
  const tsx = join(PROJECT_DIRECTORY, 'node_modules/.bin/tsx');
  const script = join(PROJECT_DIRECTORY, 'scripts/mirror.ts');
  return execute(tsx, [script, '--to', join(images, 'v2'), ...args], { DOCKER_CONFIG: folder });
}

it('copies an image that the guest then runs', async () => {
  const { exitCode, stdout, stderr } = await mirror(`${open.host}/team/box:v1`);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(
    / {2}layer 1 of 1, [0-9a-f]{12}, \d\.\d MB: copied\n {2}in the page: docker pull team\/box:v1\n$/,
  );
  expect(await guest.ok('docker run --rm team/box:v1 echo mirrored 2>/dev/null')).toBe('mirrored');
  const digest = /linux\/386, (sha256:[0-9a-f]{64})\n/.exec(stdout)?.[1] ?? '';
  expect(await guest.ok('docker image inspect -f "{{index .RepoDigests 0}}" team/box:v1')).toBe(`team/box@${digest}`);
  expect(await guest.ok(`docker pull -q team/box@${digest}`)).toBe(`docker.io/team/box@${digest}`);
  expect(JSON.parse(await readFile(join(images, 'v2/_catalog'), 'utf8'))).toEqual({ repositories: ['team/box'] });
});

it('fetches nothing twice, and says each failure', async () => {
  const { exitCode, stdout, stderr } = await mirror(
    `${open.host}/none`,
    `${open.host}/team/box:v9`,
    `${open.host}/team/box:v1`,
  );
  expect(exitCode).toBe(1);
  expect(stderr.split('\n')).toEqual([
    expect.stringContaining(`Cannot mirror ${open.host}/none:latest: the registry has no such image: `),
    expect.stringContaining(`Cannot mirror ${open.host}/team/box:v9: the registry has no such image: `),
    '',
  ]);
  expect(stdout).toMatch(/layer 1 of 1, .*: already here\n/);
});

it('takes the password of docker login, and gives another name', async () => {
  const source = `${closed.host}/secret:1`;
  expect(await mirror('--as', 'my/box:two', source)).toMatchObject({
    exitCode: 1,
    stderr: `Cannot mirror ${source}: it does not exist, or needs "docker login": no basic auth credentials\n`,
  });
  await expect(stat(join(images, 'v2/my'))).rejects.toThrow('ENOENT');
  const auth = Buffer.from('learner:sesame').toString('base64');
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [closed.host]: { auth } } }));
  expect(await mirror('--as', 'my/box:two', source)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await guest.ok('docker run --rm my/box:two echo mine 2>/dev/null')).toBe('mine');
});

it('leaves the names alone that the build of the guest writes', async () => {
  const tsx = join(PROJECT_DIRECTORY, 'node_modules/.bin/tsx');
  const args = [join(PROJECT_DIRECTORY, 'scripts/mirror.ts'), '--as', 'busybox:real', `${open.host}/team/box:v1`];
  const listed = join(PUBLIC_DIRECTORY, 'v2/library/busybox/tags/list');
  const before = await readFile(listed, 'utf8');
  expect(await execute(tsx, args, { DOCKER_CONFIG: folder })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('"npm run guest" makes an image of that name, and would remove the copy') as string,
  });
  expect(await readFile(listed, 'utf8')).toBe(before);
});
