// An image store over memory, for tests of what is put into one.
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import type { BlobStore } from '../../src/contracts/blob-store.ts';
import { ImageDisk } from '../../src/engine/image/disk/image-disk.ts';
import { ImageStore } from '../../src/engine/image/image-store.ts';
import type { ImageStoreDeps } from '../../src/engine/image/image-store.ts';
import { LayerPool } from '../../src/engine/layer/layer-pool.ts';
import { FakeFiles } from '../../src/machine/fake/fake-files.ts';

/** @param deps what containers have to do with it: nothing when left out */
export function memoryImageStore<B extends BlobStore = MemoryBlobStore>(
  deps: Partial<Pick<ImageStoreDeps, 'usedBy' | 'releaseLayer'>> & { readonly blobs?: B } = {},
): { readonly store: ImageStore; readonly blobs: B } {
  // Without one, B is what it is when nobody says.
  const { blobs = new MemoryBlobStore() as BlobStore as B, ...others } = deps;
  const store = new ImageStore({
    layers: new LayerPool(blobs),
    disk: new ImageDisk(new FakeFiles(), '/var/lib/docker'),
    usedBy: () => [],
    releaseLayer: () => Promise.resolve(),
    ...others,
  });
  return { store, blobs };
}
