// An EROFS image in memory, for tests of what is written into one.
import { MemoryBlobStore } from '../../blob/memory-blob-store.ts';
import { ErofsWriter } from '../erofs-writer.ts';
import type { DirectoryNode } from '../file-node.ts';

interface NewImage {
  readonly image: ErofsWriter;
  /** Ends it. @throws DrydockError `data-loss` for what EROFS cannot hold */
  bytesOf(root: DirectoryNode): Promise<Uint8Array>;
}

export async function newImage(): Promise<NewImage> {
  const store = new MemoryBlobStore();
  const writer = await store.createDerived();
  const image = new ErofsWriter(writer);
  return {
    image,
    async bytesOf(root) {
      await image.finish(root);
      const name = `sha256:${'1'.repeat(64)}` as const;
      await writer.commit(name);
      return store.read(name, 0, (await store.size(name)) ?? 0);
    },
  };
}
