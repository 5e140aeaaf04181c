// Images made of other images here: the base stays while they do, and goes with the last of them when nobody named it.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../contracts/blob-store.ts';
import { FakeFiles } from '../../machine/fake/fake-files.ts';
import { Filters } from '../api/filters.ts';
import { MemoryBlobStore } from '../blob/memory-blob-store.ts';
import { LayerPool } from '../layer/layer-pool.ts';
import { tarOf } from '../layer/testing/tar-archive.ts';
import { parseReference } from '../registry/reference.ts';
import { ImageDisk } from './disk/image-disk.ts';
import { loadImages } from './disk/load-images.ts';
import type { Image } from './image.ts';
import { historyJson, inspectJson } from './image-json.ts';
import { ImageMaker } from './image-maker.ts';
import { ImageStore } from './image-store.ts';
import { IMAGE_FILTERS, listImages } from './list-images.ts';
import { removeImage } from './remove-image.ts';

let files: FakeFiles;
let blobs: MemoryBlobStore;

beforeEach(() => {
  files = new FakeFiles();
  blobs = new MemoryBlobStore();
});

async function start() {
  const disk = new ImageDisk(files, '/var/lib/docker');
  const store = new ImageStore({
    layers: new LayerPool(blobs),
    disk,
    usedBy: () => [],
    releaseLayer: (overlayId) => files.remove(`/var/lib/docker/overlay2/${overlayId}`),
  });
  await store.load(await loadImages({ files, paths: disk.paths, blobs, log: () => undefined }));
  const maker = new ImageMaker({ store, blobs, emit: () => undefined, nowMs: () => 0 });
  const make = async (file: string, base?: Image, name?: string): Promise<Image> => {
    async function* tar(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(tarOf({ path: file }));
    }
    const describe = (diff_ids: readonly Digest[]) => ({
      os: 'linux',
      architecture: '386',
      history: diff_ids.map((_, index) => ({ created_by: `step ${index}` })),
      rootfs: { type: 'layers', diff_ids },
    });
    const made = await maker.make({ tar: tar(), base, signal: new AbortController().signal, describe });
    if (name !== undefined) await maker.tag(made, parseReference(name));
    return made;
  };
  const listed = (all: boolean, filters = '') =>
    listImages(store, { all, filters: Filters.parse(filters, IMAGE_FILTERS), sharedSize: false }, 0).map(
      ({ Id }) => Id,
    );
  return { store, make, listed };
}

describe('an image made of another', () => {
  it('names it, also after a restart of the engine', async () => {
    const { make } = await start();
    const base = await make('a', undefined, 'base');
    const child = await make('b', base, 'child');
    const { store } = await start();
    expect(inspectJson(store.get('child'), undefined, '/o').Parent).toBe(base.id);
    expect(store.hasChildren(base.id)).toBe(true);
    expect(historyJson(store.get(child.id), [store.get(base.id)]).map(({ Id, Tags }) => [Id, Tags])).toEqual([
      [child.id, ['child:latest']],
      [base.id, ['base:latest']],
    ]);
  });

  it('keeps its base: the name goes, the image stays', async () => {
    const { store, make, listed } = await start();
    const base = await make('a', undefined, 'base');
    const child = await make('b', base, 'child');
    await expect(removeImage(store, base.id, true)).rejects.toThrow(
      `conflict: unable to delete ${base.id.slice(7, 19)} (cannot be forced) - image has dependent child images`,
    );
    expect((await removeImage(store, 'base', false)).items).toEqual([{ Untagged: 'base:latest' }]);
    expect(listed(false)).toEqual([child.id]);
    expect(listed(true).sort()).toEqual([base.id, child.id].sort());
    expect(listed(false, '{"dangling":{"true":true}}')).toEqual([]);
  });

  it('takes nameless bases with it, unless told not to', async () => {
    const { store, make } = await start();
    const base = await make('a');
    const middle = await make('b', base);
    const child = await make('c', middle, 'child');
    const { items, deleted } = await removeImage(store, 'child', false);
    expect(items.flatMap(({ Deleted = '' }) => (store.has(Deleted as Digest) ? [Deleted] : []))).toEqual([]);
    expect(deleted).toEqual([child.id, middle.id, base.id]);
    expect(await blobs.list()).toEqual([]);
    const again = await make('a');
    await make('b', again, 'child');
    expect((await removeImage(store, 'child', false, false)).deleted).toHaveLength(1);
    expect(store.has(again.id)).toBe(true);
  });
});
