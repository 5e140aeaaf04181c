// The image store over an engine's restart: what was pulled is found again, what is damaged harms nothing else.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../contracts/blob-store.ts';
import { FakeFiles } from '../../../machine/fake/fake-files.ts';
import { MemoryBlobStore } from '../../blob/memory-blob-store.ts';
import { LayerPool } from '../../layer/layer-pool.ts';
import { FakeRegistry } from '../../registry/testing/fake-registry.ts';
import { parseReference } from '../../registry/reference.ts';
import { ImageStore } from '../image-store.ts';
import { ImagePuller } from '../pull.ts';
import { removeImage } from '../remove-image.ts';
import { ImageDisk } from './image-disk.ts';
import { loadImages } from './load-images.ts';

const ROOT = '/var/lib/docker/image/overlay2';
const base = [{ path: 'bin/sh', content: 'shell' }];
const above = [{ path: 'app', content: 'app' }];

let files: FakeFiles;
let blobs: MemoryBlobStore;
let registry: FakeRegistry;
let log: string[];
let users: string[];

beforeEach(async () => {
  files = new FakeFiles();
  blobs = new MemoryBlobStore();
  registry = new FakeRegistry();
  log = [];
  users = [];
  await registry.push({ name: 'library/base', layers: [base] });
  await registry.push({ name: 'library/app', layers: [base, above], config: { Labels: { own: 'field' } } });
});

/** An engine starts over the same disk. */
async function start() {
  const disk = new ImageDisk(files, '/var/lib/docker');
  const store = new ImageStore({
    layers: new LayerPool(blobs),
    disk,
    usedBy: (id) => (users.includes(id) ? [{ containerId: 'c', running: false }] : []),
    releaseLayer: (overlayId) => files.remove(`/var/lib/docker/overlay2/${overlayId}`),
  });
  await store.load(await loadImages({ files, paths: disk.paths, blobs, log: (line) => log.push(line) }));
  const puller = new ImagePuller({ store, blobs, fetch: registry.fetch, defaultRegistry: registry.base });
  const pull = (name: string) =>
    puller.pull({ reference: parseReference(name), signal: new AbortController().signal, report: () => undefined });
  return { store, pull };
}

const text = async (path: string) => new TextDecoder().decode(await files.read(path));
const damage = (path: string) => files.write(path, new TextEncoder().encode('damaged'));
const hex = (digest: Digest | undefined) => (digest ?? '').replace('sha256:', '');

describe('an engine that starts again', () => {
  it('finds images, names and layers as they were', async () => {
    const first = await start();
    await first.pull('base:latest');
    await first.pull('app:latest');
    await first.store.tag(
      first.store.get('app').id,
      parseReference('registry.test:5000/team/app:v1'),
      1_700_000_000_000,
    );
    const second = await start();
    expect(log).toEqual([]);
    const byId = (store: ImageStore) => store.list().sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(second.store)).toEqual(byId(first.store));
    expect(second.store.get('registry.test:5000/team/app:v1').config.config?.Labels).toEqual({ own: 'field' });
    expect(second.store.lastTaggedMs(second.store.get('app').id)).toBe(1_700_000_000_000);
    expect(await second.store.rawConfig(second.store.get('app').id)).toEqual(
      await first.store.rawConfig(first.store.get('app').id),
    );
  });

  it('shares layers as before: they go with the last image that has them', async () => {
    const first = await start();
    await first.pull('base:latest');
    await first.pull('app:latest');
    const { store } = await start();
    expect((await removeImage(store, 'base', false)).items.map((item) => Object.keys(item)[0])).toEqual([
      'Untagged',
      'Untagged',
      'Deleted',
    ]);
    expect(await blobs.list()).toHaveLength(4);
    await removeImage(store, 'app', false);
    expect(await blobs.list()).toEqual([]);
    for (const folder of ['layerdb/sha256', 'imagedb/content/sha256', 'imagedb/retired/sha256', 'layerdb/tmp']) {
      expect(await files.list(`${ROOT}/${folder}`)).toEqual([]);
    }
    expect(await files.list('/var/lib/docker/overlay2')).toEqual(['l']);
    expect(await files.list('/var/lib/docker/overlay2/l')).toEqual([]);
    expect((await start()).store.list()).toEqual([]);
  });

  it('keeps what a container stands on after its image was removed by force', async () => {
    const first = await start();
    await first.pull('app:latest');
    const { id } = first.store.get('app');
    users = [id];
    await removeImage(first.store, 'app', true);
    const second = await start();
    expect(second.store.list()).toEqual([]);
    expect(second.store.ofContainer(id)?.layers).toHaveLength(2);
    users = [];
    await second.store.releaseUnused();
    expect(second.store.ofContainer(id)).toBeUndefined();
    expect(await blobs.list()).toEqual([]);
    expect(await files.list(`${ROOT}/imagedb/retired/sha256`)).toEqual([]);
  });

  it('has the layout of dockerd', async () => {
    const { store, pull } = await start();
    await pull('app:latest');
    const image = store.get('app');
    const [bottom, top] = image.layers;
    expect(JSON.parse(await text(`${ROOT}/repositories.json`))).toEqual({
      Repositories: { app: { [image.repoDigests[0] ?? '']: image.id, 'app:latest': image.id } },
    });
    const entry = `${ROOT}/layerdb/sha256/${hex(top?.chainId)}`;
    expect(await files.list(entry)).toEqual(['cache-id', 'diff', 'erofs', 'parent', 'size', 'tar-recipe']);
    expect(await text(`${entry}/parent`)).toBe(bottom?.chainId);
    const home = `/var/lib/docker/overlay2/${top?.overlayId}`;
    expect(await files.list(home)).toEqual(['committed', 'diff', 'link', 'lower', 'work']);
    const link = await text(`${home}/link`);
    expect(link).toMatch(/^[A-Z2-7]{26}$/);
    expect(await text(`${home}/lower`)).toBe(`l/${await text(`/var/lib/docker/overlay2/${bottom?.overlayId}/link`)}`);
    expect(await text(`/var/lib/docker/overlay2/l/${link}`)).toBe(`../${top?.overlayId}/diff`);
    const [found] = await files.list(`${ROOT}/distribution/v2metadata-by-diffid/sha256`);
    expect(found).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('damage', () => {
  const both = async () => {
    const first = await start();
    await first.pull('base:latest');
    await first.pull('app:latest');
    return first.store;
  };

  it('of a config leaves out one image', async () => {
    const store = await both();
    await damage(`${ROOT}/imagedb/content/sha256/${hex(store.get('base').id)}`);
    const again = await start();
    expect(again.store.list().flatMap(({ repoTags }) => repoTags)).toEqual(['app:latest']);
    expect(log[0]).toContain('its digest is');
    expect(await blobs.list()).toHaveLength(4);
    await again.pull('base:latest');
    expect((await start()).store.list()).toHaveLength(2);
  });

  it('of a layer leaves out what needs it', async () => {
    const store = await both();
    await damage(`${ROOT}/layerdb/sha256/${hex(store.get('app').layers[1]?.chainId)}/diff`);
    const again = await start();
    expect(again.store.list().flatMap(({ repoTags }) => repoTags)).toEqual(['base:latest']);
    await again.pull('app:latest');
    log = [];
    expect((await start()).store.list()).toHaveLength(2);
    expect(log).toEqual([]);
  });

  it('of the names leaves images without names', async () => {
    await both();
    await damage(`${ROOT}/repositories.json`);
    expect((await start()).store.list().map(({ repoTags }) => repoTags)).toEqual([[], []]);
  });

  it('of the blob store leaves out the layers whose files are gone', async () => {
    const store = await both();
    await blobs.delete(store.get('app').layers[1]?.erofs ?? store.get('app').id);
    expect((await start()).store.list().flatMap(({ repoTags }) => repoTags)).toEqual(['base:latest']);
    expect(log.join()).toContain('is gone');
  });
});

describe('a disk that is full half way', () => {
  it.each([0, 1, 70, 150, 300, 500, 800])('takes %d bytes: all or nothing of an image', async (bytes) => {
    const { pull } = await start();
    await pull('base:latest');
    files.limitBytes(bytes);
    const outcome = await pull('app:latest').then(
      () => 'pulled',
      (error: Error) => error.message,
    );
    files.limitBytes(undefined);
    const again = await start();
    expect(log).toEqual([]);
    const names = again.store.list().flatMap(({ repoTags }) => repoTags);
    expect(names).toEqual(outcome === 'pulled' ? ['base:latest', 'app:latest'] : ['base:latest']);
    if (outcome !== 'pulled') expect(outcome).toContain('No space left on device');
    await again.pull('app:latest');
    expect((await start()).store.get('app').layers).toHaveLength(2);
  });
});

it('removes layers that a crash left without an image', async () => {
  const { store, pull } = await start();
  await pull('app:latest');
  await files.remove(`${ROOT}/imagedb/content/sha256/${hex(store.get('app').id)}`);
  await start();
  expect(await blobs.list()).toEqual([]);
  expect(await files.list(`${ROOT}/layerdb/sha256`)).toEqual([]);
});
