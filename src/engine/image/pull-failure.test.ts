import { describe, expect, it } from 'vitest';
import { DrydockError } from '../../contracts/errors.ts';
import { parseReference } from '../registry/reference.ts';
import type { PullMessage } from './pull-message.ts';
import { FILES, setUp } from '../../../test/support/pull-set-up.ts';

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
