// `docker manifest` talks to registries by itself: our client beside the real one, over the reference registry, byte by byte.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDocker } from '../../src/cli/run-docker.ts';
import { MemorySession } from '../../src/cli/testing/memory-session.ts';
import type { EngineDoor } from '../../src/contracts/engine-api.ts';
import { clientRegistries } from '../../src/engine/registry/client-registries.ts';
import { MEDIA_TYPES } from '../../src/engine/registry/manifest.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import type { DockerRegistry } from '../support/docker-registry.ts';
import { execute } from '../support/served-engine.ts';

let folder = '';
let open: DockerRegistry;
let closed: DockerRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-manifest-'));
  [open, closed] = await Promise.all([startDockerRegistry(), startDockerRegistry({ withPassword: true })]);
  await push(open.host);
});
afterAll(async () => {
  await Promise.all([open.stop(), closed.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const noEngine: EngineDoor = {
  fetch: () => Promise.reject(new Error('No engine is to be asked')),
  upgrade: () => Promise.reject(new Error('No engine is to be asked')),
};

async function both(...words: string[]): Promise<{ ours: object; real: object }> {
  const args = ['manifest', ...words];
  const session = new MemorySession({ args, env: { HOME: folder } });
  const registries = clientRegistries({ fetch, defaultRegistry: new URL(`http://${open.host}/v2/`) });
  const exitCode = await runDocker(session, noEngine, registries);
  const ours = { exitCode, stdout: session.stdout.text, stderr: session.stderr.text };
  return { ours, real: await execute('docker', args, { HOME: folder, DOCKER_HOST: 'unix:///nowhere' }) };
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** @returns an entry for a list */
async function put(host: string, tag: string, mediaType: string, body: string): Promise<object> {
  const address = `http://${host}/v2/team/app/manifests/${tag}`;
  const response = await fetch(address, { method: 'PUT', headers: { 'content-type': mediaType }, body });
  if (!response.ok) throw new Error(`Cannot push ${tag}: ${await response.text()}`);
  return { mediaType, digest: digestOf(body), size: Buffer.byteLength(body) };
}

async function blob(host: string, body: string): Promise<object> {
  const opened = await fetch(`http://${host}/v2/team/app/blobs/uploads/`, { method: 'POST' });
  const at = new URL(opened.headers.get('location') ?? '', `http://${host}`);
  at.searchParams.set('digest', digestOf(body));
  const response = await fetch(at, { method: 'PUT', body });
  if (!response.ok) throw new Error(`Cannot push a blob: ${await response.text()}`);
  return { digest: digestOf(body), size: Buffer.byteLength(body) };
}

/** Images and lists of both makers, with all that a platform may say. */
async function push(host: string): Promise<void> {
  const config = (more: object): Promise<object> => blob(host, JSON.stringify({ os: 'linux', config: {}, ...more }));
  const arm = { architecture: 'arm', variant: 'v7', 'os.version': '1.2' };
  const configs = [await config({ architecture: '386' }), await config(arm)];
  const layer = await blob(host, 'a layer');
  const entries: Record<string, object[]> = { docker: [], oci: [] };
  for (const [index, own] of configs.entries()) {
    const docker = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.dockerManifest,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...own },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', ...layer }],
    };
    const text = JSON.stringify(docker, undefined, 3);
    entries['docker']?.push(await put(host, `docker-${index}`, MEDIA_TYPES.dockerManifest, text));
    const oci = {
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...own },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
      annotations: { note: 'less < more & é \u2028', empty: '' },
    };
    entries['oci']?.push(await put(host, `oci-${index}`, MEDIA_TYPES.ociManifest, `${JSON.stringify(oci)}\n`));
  }
  const platforms = [
    { architecture: '386', os: 'linux' },
    { os: 'linux', ...arm, 'os.features': ['a', 'b'], features: ['sse'] },
  ];
  const listOf = (mediaType: string, list: object[] = []): string =>
    JSON.stringify({ schemaVersion: 2, mediaType, manifests: list });
  const platformed = (list: object[] = []) => list.map((entry, at) => ({ ...entry, platform: platforms[at] }));
  await put(host, 'list', MEDIA_TYPES.dockerIndex, listOf(MEDIA_TYPES.dockerIndex, platformed(entries['docker'])));
  await put(host, 'index', MEDIA_TYPES.ociIndex, listOf(MEDIA_TYPES.ociIndex, platformed(entries['oci'])));
  await put(host, 'unplatformed', MEDIA_TYPES.ociIndex, listOf(MEDIA_TYPES.ociIndex, entries['oci']));
}

describe('manifest inspect', () => {
  it.each(['docker-0', 'docker-1', 'oci-0', 'oci-1', 'list', 'index', 'unplatformed'])('of %s', async (tag) => {
    for (const flags of [['--insecure'], ['--insecure', '-v']]) {
      const { ours, real } = await both('inspect', ...flags, `${open.host}/team/app:${tag}`);
      expect(ours).toEqual(real);
      expect(real).toMatchObject({ exitCode: 0, stderr: '' });
    }
  });

  it('by digest', async () => {
    const response = await fetch(`http://${open.host}/v2/team/app/manifests/index`, {
      headers: { accept: MEDIA_TYPES.ociIndex },
    });
    const name = `${open.host}/team/app@${digestOf(await response.text())}`;
    const { ours, real } = await both('inspect', '-v', '--insecure', name);
    expect(ours).toEqual(real);
    expect(real).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['what is not there', () => ['--insecure', `${open.host}/team/app:none`]],
    ['a repository that is not there', () => ['--insecure', `${open.host}/nothing/here`]],
    ['a digest that is not there', () => ['--insecure', `${open.host}/team/app@${digestOf('')}`]],
    ['a registry without TLS', () => [`${open.host}/team/app:list`]],
    ['a registry that asks who we are', () => ['--insecure', `${closed.host}/team/app`]],
    ['a member of a list that nobody made', () => ['my-list', 'busybox']],
  ])('refuses %s', async (_, args) => {
    const { ours, real } = await both('inspect', ...args());
    expect(ours).toEqual(real);
    expect(real).toMatchObject({ exitCode: 1, stdout: '' });
  });
});
