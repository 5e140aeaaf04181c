// Push against a registry in memory: what is sent, what is not sent again, and what happens when the way is bad.
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../test/support/memory-image-store.ts';
import { digestOf } from '../blob/sha256.ts';
import { tarOf } from '../layer/testing/tar-archive.ts';
import { parseReference } from '../registry/reference.ts';
import { UploadRegistry, refusal } from '../registry/testing/upload-registry.ts';
import { ImageMaker } from './image-maker.ts';
import type { ImageStore } from './image-store.ts';
import { importImage } from './import-image.ts';
import { logIn } from './login.ts';
import { ImagePusher } from './push.ts';

const signal = new AbortController().signal;
const NAME = 'localhost:5000/team/app:v1';

let registry: UploadRegistry;
let store: ImageStore;
let pusher: ImagePusher;
let maker: ImageMaker;

beforeEach(() => {
  registry = new UploadRegistry();
  const { blobs, store: made } = memoryImageStore();
  store = made;
  maker = new ImageMaker({ store, blobs, emit: () => undefined, nowMs: () => 0 });
  pusher = new ImagePusher({
    store,
    blobs,
    fetch: registry.fetch,
    defaultRegistry: new URL('https://page.test/v2/'),
  });
});

function made(name: string, content: Uint8Array | string) {
  async function* tar(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(tarOf({ path: 'file', content }));
  }
  const reference = parseReference(name);
  return importImage(maker, { tar: tar(), message: '', changes: [], platform: undefined, reference, signal });
}

type Message = Record<string, unknown>;

async function push(name: string, credentials?: { username: string; password: string }): Promise<Message[]> {
  const said: Message[] = [];
  const report = (message: object) => void said.push(message as Message);
  await pusher.push({ reference: parseReference(name), credentials, signal, report });
  return said;
}

const statuses = (said: readonly Message[]) => said.map(({ status }) => status);

describe('push', () => {
  it('sends layers, config and manifest, and tells what Docker tells', async () => {
    const image = await made(NAME, 'small');
    const said = await push(NAME);
    const manifest = registry.manifests.get('team/app:v1') ?? new Uint8Array(0);
    const digest = await digestOf(manifest);
    expect(statuses(said)).toEqual([
      'The push refers to repository [localhost:5000/team/app]',
      'Preparing',
      'Pushing',
      'Pushed',
      `v1: digest: ${digest} size: ${manifest.length}`,
      undefined,
    ]);
    expect(said.at(-1)).toEqual({ progressDetail: {}, aux: { Tag: 'v1', Digest: digest, Size: manifest.length } });
    const { config, layers } = JSON.parse(new TextDecoder().decode(manifest)) as {
      config: { digest: string };
      layers: { digest: string; size: number }[];
    };
    expect(config.digest).toBe(image.id);
    expect(registry.blobs.has(`team/app@${image.id}`)).toBe(true);
    expect(registry.blobs.get(`team/app@${layers[0]?.digest ?? ''}`)?.length).toBe(layers[0]?.size);
    expect(store.get(NAME).repoDigests).toEqual([`localhost:5000/team/app@${digest}`]);
  });

  it('sends nothing again, and mounts what another repository has', async () => {
    const image = await made(NAME, 'small');
    await push(NAME);
    registry.requests.length = 0;
    expect(statuses(await push(NAME))).toContain('Layer already exists');
    expect(registry.requests.filter((line) => line.startsWith('POST'))).toEqual([]);
    await store.tag(image.id, parseReference('localhost:5000/other/app:v1'), 0);
    expect(statuses(await push('localhost:5000/other/app'))).toContain('Mounted from team/app');
    expect(registry.requests.filter((line) => line.startsWith('PATCH'))).toEqual([]);
  });

  it('sends a large layer in pieces, and goes on where it broke off', async () => {
    await made(NAME, noise(10_000_000));
    let broken = 0;
    registry.intercept = async (line, request) => {
      if (!line.startsWith('PATCH') || broken++ > 0) return undefined;
      const bytes = new Uint8Array(await request.arrayBuffer());
      registry.take(line.split('/').at(-1) ?? '', bytes.slice(0, 100_000));
      throw new TypeError('fetch failed');
    };
    expect(statuses(await push(NAME))).toContain('Pushed');
    expect(registry.requests.filter((line) => line.startsWith('PATCH')).length).toBeGreaterThan(2);
    expect(registry.requests.some((line) => line.startsWith('GET team/app/blobs/uploads/'))).toBe(true);
  });

  it('comes again when the registry says later', async () => {
    await made(NAME, 'small');
    let turnedAway = 0;
    registry.intercept = (line) =>
      line.startsWith('POST') && turnedAway++ < 2
        ? refusal(429, 'TOOMANYREQUESTS', 'slow down', { 'retry-after': '0' })
        : undefined;
    expect(statuses(await push(NAME))).toContain('Pushed');
    expect(turnedAway).toBeGreaterThan(2);
    registry.intercept = () => refusal(429, 'TOOMANYREQUESTS', 'slow down', { 'retry-after': '3600' });
    await made('localhost:5000/new', 'other');
    await expect(push('localhost:5000/new')).rejects.toThrow('toomanyrequests: slow down');
  });

  it('says what Docker says when there is nothing to push', async () => {
    await made(NAME, 'small');
    for (const [name, message] of [
      ['localhost:5000/none', 'An image does not exist locally with the tag: localhost:5000/none'],
      ['localhost:5000/team/app:v2', 'tag does not exist: localhost:5000/team/app:v2'],
      [`localhost:5000/team/app@sha256:${'0'.repeat(64)}`, 'cannot push a digest reference'],
    ] as const) {
      await expect(push(name)).rejects.toThrow(message);
    }
  });
});

describe('credentials', () => {
  const right = { username: 'learner', password: 'sesame' };

  /** Tokens that are good for what was asked for, as registries with a token server have them. */
  function askForTokens(): void {
    registry.intercept = (line, request) => {
      const url = new URL(request.url);
      if (url.pathname === '/token') {
        const basic = `Basic ${btoa('learner:sesame')}`;
        if (request.headers.get('authorization') !== basic)
          return refusal(401, 'UNAUTHORIZED', 'incorrect username or password');
        return Response.json({ token: url.searchParams.getAll('scope').join(' ') });
      }
      const needed = line.startsWith('HEAD') ? 'pull' : 'pull,push';
      const token = request.headers.get('authorization') ?? '';
      if (token.includes(needed) || (needed === 'pull' && token.startsWith('Bearer '))) return undefined;
      const challenge = `Bearer realm="http://localhost:5000/token",service="reg",scope="repository:team/app:${needed}"`;
      return refusal(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge });
    };
  }

  it('are exchanged for tokens, again when more is asked for', async () => {
    await made(NAME, 'small');
    askForTokens();
    expect(statuses(await push(NAME, right))).toContain('Pushed');
    await expect(push(NAME, { ...right, password: 'wrong' })).rejects.toThrow('incorrect username or password');
  });

  it('are tried by login', async () => {
    const defaultRegistry = new URL('https://page.test/v2/');
    const login = (password: string) =>
      logIn({
        server: 'localhost:5000',
        credentials: { ...right, password },
        fetch: registry.fetch,
        defaultRegistry,
        signal,
      });
    registry.intercept = (_, request) =>
      request.headers.get('authorization') === `Basic ${btoa('learner:sesame')}`
        ? undefined
        : refusal(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': 'Basic realm="x"' });
    await login('sesame');
    await expect(login('wrong')).rejects.toThrow(
      'login attempt to http://localhost:5000/v2/ failed with status: 401 Unauthorized',
    );
  });
});

/** Does not compress. */
function noise(bytes: number): Uint8Array {
  const out = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(out.subarray(at, at + 65_536));
  return out;
}
