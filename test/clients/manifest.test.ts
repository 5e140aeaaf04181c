// `docker manifest` talks to registries by itself: our client beside the real one, over the reference registry, byte by byte;
// what both keep on the disk, too.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

/** A person with two clients, whose files are apart. */
class Home {
  readonly path: string;
  /** What our client wrote, by its path. */
  files: Readonly<Record<string, string>> = {};

  constructor(path: string) {
    this.path = path;
  }

  async both(...words: string[]): Promise<{ ours: object; real: object }> {
    const { files } = this;
    const args = ['manifest', ...words];
    const session = new MemorySession({ args, env: { HOME: this.path }, files });
    const registries = clientRegistries({ fetch, defaultRegistry: new URL(`http://${open.host}/v2/`) });
    const exitCode = await runDocker(session, noEngine, registries);
    this.files = Object.fromEntries(session.contents);
    const ours = { exitCode, stdout: session.stdout.text, stderr: session.stderr.text };
    return { ours, real: await execute('docker', args, { HOME: this.path, DOCKER_HOST: 'unix:///nowhere' }) };
  }

  async expectSame(exitCode: number, ...words: string[]): Promise<void> {
    const { ours, real } = await this.both(...words);
    expect(ours).toEqual(real);
    expect(real).toMatchObject({ exitCode });
    expect(this.files).toEqual(await this.#realFiles());
  }

  async #realFiles(): Promise<Record<string, string>> {
    const root = join(this.path, '.docker/manifests');
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')])));
  }
}

async function newHome(): Promise<Home> {
  return new Home(await mkdtemp(join(folder, 'home-')));
}

function both(...words: string[]): Promise<{ ours: object; real: object }> {
  return new Home(folder).both(...words);
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

async function mediaTypeOf(name: string, tag: string): Promise<string | null> {
  const accept = Object.values(MEDIA_TYPES).join(', ');
  const response = await fetch(`http://${open.host}/v2/${name}/manifests/${tag}`, { headers: { accept } });
  await response.body?.cancel();
  return response.ok ? response.headers.get('content-type') : null;
}

describe('a manifest list in the making', () => {
  it.each(['docker', 'oci'])(
    'of images of the %s kind: made, annotated, amended, looked at, pushed, removed',
    async (kind) => {
      const home = await newHome();
      const list = `${open.host}/team/app:${kind}-made`;
      const [first, second] = [0, 1].map((at) => `${open.host}/team/app:${kind}-${at}`);
      if (first === undefined || second === undefined) throw new Error('There are two');
      await home.expectSame(0, 'create', '--insecure', list, first);
      await home.expectSame(1, 'create', '--insecure', list, second);
      await home.expectSame(0, 'create', '--insecure', '--amend', list, second);
      const what = [
        '--os-features',
        'a,b',
        '--os-features=a',
        '--os-version',
        '6.1',
        '--variant',
        'v8',
        '--arch',
        'arm64',
      ];
      await home.expectSame(0, 'annotate', ...what, list, second);
      await home.expectSame(0, 'annotate', '--os', 'freebsd', '--arch', '386', list, first);
      await home.expectSame(1, 'annotate', '--os', 'linux', '--arch', 'none', list, first);
      await home.expectSame(1, 'annotate', '--arch', 'amd64', list, `${open.host}/team/app:list`);
      // What is kept is not asked of a registry again.
      await home.expectSame(0, 'create', '-a', list, second);
      await home.expectSame(0, 'inspect', list);
      await home.expectSame(0, 'inspect', '-v', list);
      for (const flags of [[], ['-v']]) await home.expectSame(0, 'inspect', ...flags, list, second);
      await home.expectSame(0, 'push', list);
      expect(await mediaTypeOf('team/app', `${kind}-made`)).toBe(
        kind === 'oci' ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.dockerIndex,
      );
      await home.expectSame(0, 'rm', list);
      expect(home.files).toEqual({});
      await home.expectSame(0, 'inspect', '--insecure', '-v', list);
    },
  );

  it('takes over images of other repositories, and is forgotten when that is asked', async () => {
    const home = await newHome();
    const list = `${open.host}/other/list:v1`;
    const images = ['docker-0', 'docker-1'].map((tag) => `${open.host}/team/app:${tag}`);
    await home.expectSame(0, 'create', '--insecure', list, ...images);
    await home.expectSame(0, 'push', '--purge', list);
    expect(home.files).toEqual({});
    expect(await mediaTypeOf('other/list', 'v1')).toBe(MEDIA_TYPES.dockerIndex);
    await home.expectSame(0, 'inspect', '--insecure', list);
  });

  it("takes over blobs that the list's repository has not", async () => {
    // Ours alone goes first: what the real client mounted would be there already.
    const home = await newHome();
    const session = (words: string[]) =>
      new MemorySession({ args: ['manifest', ...words], env: { HOME: home.path }, files: home.files });
    const registries = clientRegistries({ fetch, defaultRegistry: new URL(`http://${open.host}/v2/`) });
    for (const words of [
      ['create', '--insecure', `${open.host}/ours/alone`, `${open.host}/team/app:oci-1`],
      ['push', `${open.host}/ours/alone`],
    ]) {
      const own = session(words);
      expect({ code: await runDocker(own, noEngine, registries), said: own.stderr.text }).toEqual({
        code: 0,
        said: '',
      });
      home.files = Object.fromEntries(own.contents);
    }
    const real = await execute('docker', ['manifest', 'inspect', '--insecure', '-v', `${open.host}/ours/alone`], {
      HOME: home.path,
      DOCKER_HOST: 'unix:///nowhere',
    });
    expect(real).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"variant": "v7"') });
  });

  it('is refused', async () => {
    const home = await newHome();
    const host = open.host;
    await home.expectSame(1, 'create', '--insecure', `${host}/team/app:x`, `${host}/team/app:list`);
    await home.expectSame(1, 'create', '--insecure', `${host}/team/app:x`, `${host}/team/app:none`);
    await home.expectSame(1, 'create', `${host}/team/app:x`, `${host}/team/app:docker-0`);
    await home.expectSame(0, 'create', '--insecure', 'elsewhere/app', `${host}/team/app:docker-0`);
    await home.expectSame(1, 'push', 'elsewhere/app');
    await home.expectSame(1, 'inspect', 'elsewhere/app');
    await home.expectSame(0, 'inspect', '-v', 'elsewhere/app');
    await home.expectSame(0, 'create', '--insecure', `${closed.host}/team/app`, `${host}/team/app:docker-0`);
    await home.expectSame(1, 'push', `${closed.host}/team/app`);
    await home.expectSame(1, 'rm', 'Bad', 'none', 'elsewhere/app');
    await home.expectSame(1, 'rm', 'elsewhere/app');
  });

  it('whose files are no manifests any more, is not pushed', async () => {
    const home = await newHome();
    const list = 'docker.io_library_made-latest';
    const path = join(home.path, '.docker/manifests', list, 'a');
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, '{broken');
    home.files = { [path]: '{broken' };
    for (const words of [
      ['push', 'made'],
      ['create', 'made', 'a'],
      ['rm', 'made'],
      ['annotate', 'made', 'b'],
    ]) {
      await home.expectSame(1, ...words);
    }
  });
});
