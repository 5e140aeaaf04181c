import { describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../test/support/memory-image-store.ts';
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { deferred } from '../../shared/deferred.ts';
import { rawZstd } from '../layer/testing/raw-zstd.ts';
import { readErofs } from '../layer/testing/erofs-reader.ts';
import type { TarItem } from '../layer/testing/tar-archive.ts';
import { parseReference } from '../registry/reference.ts';
import { FakeRegistry } from '../registry/testing/fake-registry.ts';
import { ImagePuller } from './pull.ts';
import type { PullMessage } from './pull-message.ts';

const FILES: TarItem[][] = [
  [{ path: 'bin/sh', content: 'shell'.repeat(1000) }],
  [{ path: 'etc/motd', content: 'welcome' }, { path: '.wh.bin' }],
];

const LARGE_BYTES = new Uint8Array(3_000_000);
for (let at = 0; at < LARGE_BYTES.length; at += 50_000) crypto.getRandomValues(LARGE_BYTES.subarray(at, at + 50_000));
const large: TarItem = { path: 'large', content: LARGE_BYTES };

function inParts(bytes: Uint8Array, partBytes: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / partBytes);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * partBytes, (index + 1) * partBytes));
}

function setUp() {
  const registry = new FakeRegistry();
  const { blobs, store } = memoryImageStore();
  const puller = new ImagePuller({
    store,
    blobs,
    fetch: registry.fetch,
    defaultRegistry: registry.base,
    registryAdvice: 'Use another.',
  });
  const pull = async (name: string, signal = new AbortController().signal): Promise<PullMessage[]> => {
    const messages: PullMessage[] = [];
    await puller.pull({ reference: parseReference(name), signal, report: (message) => void messages.push(message) });
    return messages;
  };
  const expectNothing = async (): Promise<void> => {
    expect(store.list()).toEqual([]);
    expect(await blobs.list()).toEqual([]);
  };
  return { registry, blobs, store, puller, pull, expectNothing };
}

const statuses = (messages: PullMessage[]): string[] =>
  messages.map(({ id, status }) => (id === undefined ? status : `${id}: ${status}`));
const short = (digest: Digest | undefined): string => digest?.slice(7, 19) ?? '';

describe('pull', () => {
  it('tells what Docker tells, and stores the image', async () => {
    const { registry, store, blobs, pull } = setUp();
    const pushed = await registry.push({ name: 'library/busybox', layers: FILES, index: true });
    const messages = await pull('busybox:latest');
    const [first, second] = pushed.layers.map(short);
    const seen = [...new Set(statuses(messages))];
    expect(seen.slice(0, 3)).toEqual([
      'latest: Pulling from library/busybox',
      `${first}: Pulling fs layer`,
      `${second}: Pulling fs layer`,
    ]);
    for (const layer of [first, second]) {
      const own = seen.filter((line) => line.startsWith(`${layer}:`)).map((line) => line.slice(14));
      expect(own).toEqual([
        'Pulling fs layer',
        'Downloading',
        'Verifying Checksum',
        'Download complete',
        'Extracting',
        'Pull complete',
      ]);
    }
    expect(seen.slice(-2)).toEqual([`Digest: ${pushed.digest}`, 'Status: Downloaded newer image for busybox:latest']);
    expect(seen.indexOf(`${first}: Pull complete`)).toBeLessThan(seen.indexOf(`${second}: Pull complete`));
    expect(messages[1]).toEqual({ status: 'Pulling fs layer', progressDetail: {}, id: first });
    const downloaded = messages.findLast(({ status, id }) => status === 'Downloading' && id === first)?.progressDetail;
    expect(downloaded?.current).toBe(downloaded?.total);

    const image = store.get('busybox');
    expect(image).toMatchObject({
      id: pushed.id,
      repoTags: ['busybox:latest'],
      repoDigests: [`busybox@${pushed.digest}`],
      sizeBytes: 5007,
    });
    expect(image.layers.map(({ diffId }) => diffId)).toEqual(pushed.diffIds);
    const top = image.layers[1]?.erofs;
    const files = readErofs(blobs.read(top ?? pushed.id, 0, 1 << 20));
    expect([...files.keys()].sort()).toEqual(['/', '/bin', '/etc', '/etc/motd']);
    expect(await blobs.list()).toHaveLength(4);
  });

  it('says so when there is nothing new', async () => {
    const { registry, pull } = setUp();
    const pushed = await registry.push({ name: 'library/busybox', layers: FILES });
    await pull('busybox:latest');
    expect(statuses(await pull('busybox:latest'))).toEqual([
      'latest: Pulling from library/busybox',
      `Digest: ${pushed.digest}`,
      'Status: Image is up to date for busybox:latest',
    ]);
  });

  it('takes layers that are here from other images', async () => {
    const { registry, pull } = setUp();
    const base = await registry.push({ name: 'library/base', layers: FILES.slice(0, 1) });
    await registry.push({ name: 'library/app', layers: FILES });
    await pull('base:latest');
    registry.requests.length = 0;
    expect(statuses(await pull('app:latest'))).toContain(`${short(base.layers[0])}: Already exists`);
    expect(registry.requests.filter((path) => path.endsWith(base.layers[0] ?? ''))).toEqual([]);
  });

  it('moves a tag and leaves the old image without one', async () => {
    const { registry, store, pull } = setUp();
    const old = await registry.push({ name: 'library/app', layers: FILES.slice(0, 1) });
    await pull('app:latest');
    const young = await registry.push({ name: 'library/app', layers: FILES });
    await pull('app:latest');
    expect(store.get('app').id).toBe(young.id);
    expect(store.get(old.id)).toMatchObject({ repoTags: [], repoDigests: [`app@${old.digest}`] });
  });

  it('pulls by digest and every tag', async () => {
    const { registry, store, pull } = setUp();
    const one = await registry.push({ name: 'library/app', tag: '1', layers: FILES.slice(0, 1) });
    await registry.push({ name: 'library/app', tag: '2', layers: FILES });
    expect(statuses(await pull(`app@${one.digest}`))[0]).toBe(
      `docker.io/library/app@${one.digest}: Pulling from library/app`,
    );
    expect(store.get(one.id).repoTags).toEqual([]);
    expect(statuses(await pull('app')).at(-1)).toBe('Status: Downloaded newer image for app');
    expect(store.list().flatMap(({ repoTags }) => repoTags)).toEqual(['app:1', 'app:2']);
  });

  it('reads zstd and uncompressed layers', async () => {
    const { registry, store, pull } = setUp();
    await registry.push({ name: 'library/plain', layers: FILES, compress: (tar) => tar });
    await pull('plain:latest');
    await registry.push({
      name: 'library/zstd',
      layers: [[{ path: 'z', content: 'z'.repeat(300_000) }]],
      compress: rawZstd,
    });
    await pull('zstd:latest');
    expect(store.get('zstd').sizeBytes).toBe(300_000);
    expect(store.get('plain').sizeBytes).toBe(5007);
  });

  it('unpacks a layer while it comes, and keeps it when all of it was checked', async () => {
    const { registry, blobs, store, pull } = setUp();
    const { layers } = await registry.push({ name: 'library/app', layers: [[large]] });
    const started = deferred<undefined>();
    const read = deferred<undefined>();
    const createDerived = blobs.createDerived.bind(blobs);
    blobs.createDerived = async () => {
      started.resolve(undefined);
      const writer = await createDerived();
      const writeAt = async (offset: number, bytes: Uint8Array): Promise<void> => {
        read.resolve(undefined);
        await writer.writeAt(offset, bytes);
      };
      return { writeAt, commit: (name) => writer.commit(name), abort: () => writer.abort() };
    };
    const whole = registry.files.get(`library/app/blobs/${layers[0]}`) ?? new Uint8Array(0);
    registry.intercept = (path) => {
      if (!path.endsWith(layers[0] ?? '')) return undefined;
      const pieces = inParts(whole, 100_000);
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const piece = pieces.shift();
          if (piece === undefined) {
            // The end waits for what must have happened before.
            await Promise.all([started.promise, read.promise]);
            expect(await blobs.list()).toEqual([]);
            controller.close();
          } else controller.enqueue(piece);
        },
      });
      return new Response(body);
    };
    const messages = statuses(await pull('app:latest')).map((line) => line.slice(14));
    expect(messages.indexOf('Extracting')).toBeGreaterThan(messages.indexOf('Download complete'));
    expect(store.list()).toHaveLength(1);
  });

  it('goes on where a broken connection ended, also when the registry starts again', async () => {
    const { registry, blobs, store, pull } = setUp();
    const { layers } = await registry.push({ name: 'library/app', layers: [[large]] });
    const whole = registry.files.get(`library/app/blobs/${layers[0]}`) ?? new Uint8Array(0);
    let asked = 0;
    registry.intercept = (path) => {
      if (!path.endsWith(layers[0] ?? '') || ++asked > 1) return undefined;
      const pieces = inParts(whole.subarray(0, 300_000), 100_000);
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = pieces.shift();
          if (piece === undefined) controller.error(new TypeError('network error'));
          else controller.enqueue(piece);
        },
      });
      return new Response(body);
    };
    expect(statuses(await pull('app:latest')).join('\n')).toContain('Retrying in 1 second\n');
    expect(asked).toBe(2);
    const files = readErofs(blobs.read(store.get('app').layers[0]?.erofs ?? store.get('app').id, 0, Infinity));
    expect(Buffer.compare(files.get('/large')?.content ?? new Uint8Array(0), LARGE_BYTES)).toBe(0);
  });

  it('does not hold up a layer that is here for one that comes slowly', async () => {
    const { registry, store, pull } = setUp();
    const { layers } = await registry.push({ name: 'library/slow', layers: [[large]] });
    await registry.push({ name: 'library/app', layers: FILES });
    const first = deferred<undefined>();
    const rest = deferred<undefined>();
    const whole = registry.files.get(`library/slow/blobs/${layers[0]}`) ?? new Uint8Array(0);
    registry.intercept = (path) => {
      if (!path.endsWith(layers[0] ?? '')) return undefined;
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(whole.subarray(0, 100_000));
          first.resolve(undefined);
          await rest.promise;
          controller.enqueue(whole.subarray(100_000));
          controller.close();
        },
      });
      return new Response(body);
    };
    const slow = pull('slow:latest');
    await first.promise;
    await pull('app:latest');
    expect(store.list().map(({ repoTags }) => repoTags)).toEqual([['app:latest']]);
    rest.resolve(undefined);
    await slow;
    expect(store.list()).toHaveLength(2);
  });

  it('shares a download between two pulls, which both may stop', async () => {
    const { registry, store, pull } = setUp();
    const pushed = await registry.push({ name: 'library/app', layers: FILES.slice(0, 1) });
    const blob = `library/app/blobs/${pushed.layers[0]}`;
    const asked = deferred<undefined>();
    const answer = deferred<undefined>();
    registry.intercept = async (path) => {
      if (path !== blob) return undefined;
      asked.resolve(undefined);
      await answer.promise;
      return undefined;
    };
    const impatient = new AbortController();
    const first = pull('app:latest', impatient.signal);
    await asked.promise;
    const second = pull('app:latest');
    await expect.poll(() => registry.requests.filter((path) => path.endsWith(pushed.id)).length).toBe(2);
    impatient.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    answer.resolve(undefined);
    expect(statuses(await second)).toContain('Status: Downloaded newer image for app:latest');
    expect(registry.requests.filter((path) => path === blob)).toHaveLength(1);
    expect(store.list()).toHaveLength(1);
  });
});

describe('a pull that fails leaves nothing', () => {
  it('of an unknown image', async () => {
    const { pull, expectNothing } = setUp();
    await expect(pull('nosuch:latest')).rejects.toMatchObject({
      code: 'not-found',
      message:
        "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    });
    await expectNothing();
  });

  it('of an unknown tag', async () => {
    const { registry, pull } = setUp();
    await registry.push({ name: 'library/busybox', layers: FILES });
    await expect(pull('busybox:nope')).rejects.toMatchObject({
      code: 'not-found',
      message: 'manifest for busybox:nope not found: manifest unknown: manifest unknown',
    });
  });

  it('in no more words than the registry has', async () => {
    const { registry, pull } = setUp();
    registry.intercept = () =>
      Response.json({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }, { status: 404 });
    await expect(pull('busybox:nope')).rejects.toMatchObject({ code: 'internal', message: 'manifest unknown' });
  });

  it('of another platform', async () => {
    const { registry, pull, expectNothing } = setUp();
    await registry.push({ name: 'library/index', layers: FILES, index: true });
    const index = registry.files.get('library/index/manifests/latest');
    const text = new TextDecoder().decode(index).replace('"386"', '"arm64"');
    registry.files.set('library/index/manifests/latest', new TextEncoder().encode(text));
    await expect(pull('index:latest')).rejects.toThrow(
      'no matching manifest for linux/386 in the manifest list entries',
    );
    await registry.push({ name: 'library/single', layers: FILES, architecture: 'amd64' });
    await expect(pull('single:latest')).rejects.toThrow(
      'image with reference single:latest was found but its platform (linux/amd64) does not match the specified platform (linux/386)',
    );
    await expectNothing();
  });

  it('with a layer that does not match its digest', async () => {
    const { registry, pull, expectNothing } = setUp();
    const { layers } = await registry.push({ name: 'library/app', layers: FILES });
    const blob = registry.files.get(`library/app/blobs/${layers[1]}`);
    if (blob?.[40] !== undefined) blob[40] ^= 1;
    await expect(pull('app:latest')).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining(`verification failed for digest ${layers[1]}`),
    });
    await expectNothing();
  });

  it('with a layer that does not match its digest, though its tar is the right one', async () => {
    const { registry, pull, expectNothing } = setUp();
    const { layers } = await registry.push({ name: 'library/app', layers: FILES });
    const blob = registry.files.get(`library/app/blobs/${layers[1]}`);
    // The time in gzip's header.
    if (blob?.[4] !== undefined) blob[4] ^= 1;
    await expect(pull('app:latest')).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining(`verification failed for digest ${layers[1]}`),
    });
    await expectNothing();
  });

  it('with a layer that is longer than its manifest says', async () => {
    const { registry, pull, expectNothing } = setUp();
    const { layers } = await registry.push({ name: 'library/app', layers: FILES });
    const path = `library/app/blobs/${layers[0]}`;
    registry.files.set(path, new Uint8Array([...(registry.files.get(path) ?? []), 0]));
    await expect(pull('app:latest')).rejects.toMatchObject({ code: 'data-loss' });
    await expectNothing();
  });

  it('with a tar that is not the one of the config', async () => {
    const { registry, pull, expectNothing } = setUp();
    const wrong = `sha256:${'1'.repeat(64)}`;
    await registry.push({
      name: 'library/app',
      layers: FILES,
      spoilConfig: ({ rootfs }) => void rootfs.diff_ids.splice(1, 1, wrong),
    });
    await expect(pull('app:latest')).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining(wrong),
    });
    await expectNothing();
  });

  it('with more layers than the config knows', async () => {
    const { registry, pull, expectNothing } = setUp();
    await registry.push({
      name: 'library/app',
      layers: FILES,
      spoilConfig: ({ rootfs }) => void rootfs.diff_ids.pop(),
    });
    await expect(pull('app:latest')).rejects.toThrow("layers from manifest don't match image configuration");
    await expectNothing();
  });

  it('with a layer that is no tar', async () => {
    const { registry, pull, expectNothing } = setUp();
    await registry.push({ name: 'library/app', layers: [[{ path: 'a', damage: (block) => void (block[0] = 7) }]] });
    await expect(pull('app:latest')).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining('tar archive'),
    });
    await expectNothing();
  });

  it('with a config or a manifest that does not match its digest', async () => {
    const { registry, pull, expectNothing } = setUp();
    const { id, manifest } = await registry.push({ name: 'library/app', layers: FILES, index: true });
    registry.files.set(`library/app/blobs/${id}`, new TextEncoder().encode('{}'));
    await expect(pull('app:latest')).rejects.toThrow(`image config verification failed for digest ${id}`);
    registry.files.set(`library/app/manifests/${manifest}`, new TextEncoder().encode('{}'));
    await expect(pull('app:latest')).rejects.toThrow(`manifest verification failed for digest ${manifest}`);
    await expectNothing();
  });

  it('when it is given up while a layer comes', async () => {
    const { registry, pull, expectNothing } = setUp();
    const { layers } = await registry.push({ name: 'library/app', layers: FILES });
    const giveUp = new AbortController();
    registry.intercept = (path, request) => {
      if (!path.endsWith(layers[1] ?? '')) return undefined;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new Uint8Array([0x1f, 0x8b, 8]));
          request.signal.addEventListener('abort', () => controller.error(request.signal.reason));
          queueMicrotask(() => giveUp.abort());
        },
      });
      return new Response(body);
    };
    await expect(pull('app:latest', giveUp.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await expectNothing();
  });

  it('when it is given up while a layer is unpacked', async () => {
    const { registry, puller, expectNothing } = setUp();
    await registry.push({ name: 'library/app', layers: FILES });
    const giveUp = new AbortController();
    const report = ({ status }: PullMessage): void => {
      if (status === 'Extracting') giveUp.abort();
    };
    await expect(
      puller.pull({ reference: parseReference('app:latest'), signal: giveUp.signal, report }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await expectNothing();
  });

  it('when the registry cannot be reached, and says what to try', async () => {
    const { registry, pull, expectNothing } = setUp();
    registry.intercept = () => {
      throw new TypeError('Failed to fetch');
    };
    const failure = await pull('ghcr.io/some/app:1').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DrydockError);
    expect(failure).toMatchObject({ code: 'unavailable' });
    expect(String(failure)).toMatch(
      /ghcr\.io.*https:\/\/ghcr\.io\/v2\/some\/app\/manifests\/1.*Failed to fetch.*Use another\./s,
    );
    await expectNothing();
  });
});
