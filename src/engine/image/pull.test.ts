import { describe, expect, it } from 'vitest';
import { rawZstd } from '../layer/testing/raw-zstd.ts';
import { readErofs } from '../layer/testing/erofs-reader.ts';
import { FILES, setUp, short, statuses } from '../../../test/support/pull-set-up.ts';

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

  it.each([1, 2, 4])('downloads %i layers at once', async (most) => {
    const { registry, pull } = setUp({ concurrentDownloads: most });
    const layers = ['a', 'b', 'c', 'd'].map((path) => [{ path, content: path }]);
    const image = await registry.push({ name: 'library/app', layers });
    let [now, atOnce] = [0, 0];
    registry.intercept = async (path) => {
      if (!image.layers.some((digest) => path.endsWith(digest))) return undefined;
      atOnce = Math.max(atOnce, ++now);
      // Whoever else may ask has asked by the next turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve));
      now--;
      return undefined;
    };
    await pull('app:latest');
    expect(atOnce).toBe(most);
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
});
