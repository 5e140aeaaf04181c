import { beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { MemoryBlobStore } from '../blob/memory-blob-store.ts';
import { LayerPool } from '../layer/layer-pool.ts';
import type { LayerLease } from '../layer/layer-pool.ts';
import { parseReference } from '../registry/reference.ts';
import { FakeFiles } from '../../machine/fake/fake-files.ts';
import { ImageDisk } from './disk/image-disk.ts';
import { ImageStore } from './image-store.ts';
import type { ImageConfig } from './image.ts';

const digest = (start: string): Digest => `sha256:${start.padEnd(64, '0')}`;
const config: ImageConfig = { architecture: '386', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } };

let returned: Digest[];
let releaseLayer: (overlayId: string) => Promise<void>;
let store: ImageStore;
beforeEach(() => {
  returned = [];
  releaseLayer = () => Promise.resolve();
  store = new ImageStore({
    layers: new LayerPool(new MemoryBlobStore()),
    disk: new ImageDisk(new FakeFiles(), '/var/lib/docker'),
    usedBy: () => [],
    releaseLayer: (overlayId) => releaseLayer(overlayId),
  });
});

function lease(diffId: Digest): LayerLease {
  return {
    layer: { diffId, erofs: diffId, recipe: diffId, sizeBytes: 1 },
    release: async () => void returned.push(diffId),
  };
}
const add = (id: string, ...layers: Digest[]) =>
  store.add({ id: digest(id), config, rawConfig: new Uint8Array(0), leases: layers.map(lease) });

describe('ImageStore', () => {
  it('finds a name before the start of an ID', async () => {
    await add('abc1');
    await add('abd2');
    await store.tag(digest('abd2'), parseReference('abc1'), 0);
    expect(store.get('abc1').id).toBe(digest('abd2'));
    expect(store.get('abc10').id).toBe(digest('abc1'));
    expect(store.get('sha256:abd').id).toBe(digest('abd2'));
  });

  it('does not guess between two IDs', async () => {
    await add('abc1');
    await add('abc2');
    expect(() => store.get('abc')).toThrow(
      expect.objectContaining({ code: 'not-found', message: 'ambiguous reference: "abc" is the start of 2 image IDs' }),
    );
  });

  it('gives leases back for an image that is here', async () => {
    const layer = digest('1');
    await add('a', layer);
    await add('a', layer);
    expect(returned).toEqual([layer]);
    expect(store.list()).toHaveLength(1);
  });

  it('tries again with a layer that a root still held', async () => {
    const layer = digest('1');
    await add('a', layer);
    releaseLayer = () => Promise.reject(new DrydockError('conflict', 'busy'));
    expect(await store.delete(digest('a'))).toEqual([layer]);
    expect(returned).toEqual([]);
    releaseLayer = () => Promise.resolve();
    await store.releaseUnused();
    expect(returned).toEqual([layer]);
  });

  it('refuses to move a digest', async () => {
    await add('a');
    await add('b');
    const name = parseReference(`x@${digest('d')}`);
    await store.references.change((names) => names.set(name, digest('a')));
    await expect(store.references.change((names) => names.set(name, digest('b')))).rejects.toThrow(
      `cannot overwrite digest ${digest('d')}`,
    );
  });
});
