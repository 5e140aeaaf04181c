// A full store, in every way in which layers come in: the reason in Docker's words, nothing half stored, and room again.
import { describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../test/support/memory-image-store.ts';
import type { BlobStore } from '../../contracts/blob-store.ts';
import { FakeDisk } from '../../worker/layers/testing/fake-opfs.ts';
import { OpfsBlobStore } from '../../worker/layers/opfs-blob-store.ts';
import { MemoryBlobStore } from '../blob/memory-blob-store.ts';
import { tarOf } from '../layer/testing/tar-archive.ts';
import type { TarItem } from '../layer/testing/tar-archive.ts';
import { parseReference } from '../registry/reference.ts';
import { FakeRegistry } from '../registry/testing/fake-registry.ts';
import { loadImages } from './archive/load-images.ts';
import { saveImages } from './archive/save-images.ts';
import { ImageMaker } from './image-maker.ts';
import { importImage } from './import-image.ts';
import { ImagePuller } from './pull.ts';

const LIMIT_BYTES = 200_000;
const signal = new AbortController().signal;
const emit = (): void => undefined;

const stores: Record<string, (limitBytes: number) => Promise<BlobStore>> = {
  memory: (limitBytes) => Promise.resolve(new MemoryBlobStore({ limitBytes })),
  OPFS: async (limitBytes) => {
    const disk = new FakeDisk(limitBytes);
    return new OpfsBlobStore({ folder: await disk.all.getDirectoryHandle('own'), estimate: disk.estimate });
  },
};

function engineOn(blobs: BlobStore) {
  const registry = new FakeRegistry();
  const { store } = memoryImageStore({ blobs });
  const puller = new ImagePuller({ store, blobs, fetch: registry.fetch, defaultRegistry: registry.base });
  const pull = (name: string) => puller.pull({ reference: parseReference(name), signal, report: () => undefined });
  const maker = new ImageMaker({ store, blobs, emit, nowMs: () => 0 });
  return { registry, store, pull, maker };
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.slice(at, at + 10_000);
}

/** Bytes that no compression makes smaller. */
function noise(bytes: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(out.subarray(at, at + 65_536));
  return out;
}

const small: TarItem = { path: 'small', content: noise(20_000) };
/** Little to download, too much to keep. */
const zeros: TarItem = { path: 'zeros', content: '0'.repeat(300_000) };

describe.each(Object.entries(stores))('a full store (%s)', (_name, open) => {
  it('refuses a pull whose layers are stated to be too large, and downloads none', async () => {
    const blobs = await open(LIMIT_BYTES);
    const { registry, store, pull } = engineOn(blobs);
    const large = [{ path: 'a', content: noise(5_000_000) }];
    const pushed = await registry.push({
      name: 'library/large',
      layers: [large, [{ path: 'b', content: noise(1_000_000) }]],
    });
    await expect(pull('large')).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringMatching(
        /^failed to register layer: no space left on device: at least 6\.0 MB are needed.*; "docker image rm"/,
      ),
    });
    expect(registry.requests.filter((path) => pushed.layers.some((layer) => path.endsWith(layer)))).toEqual([]);
    expect(store.list()).toEqual([]);
  });

  it('gives up a pull that turns out too large, and takes a smaller one then', async () => {
    const blobs = await open(LIMIT_BYTES);
    const { registry, store, pull } = engineOn(blobs);
    await registry.push({ name: 'library/zeros', layers: [[small], [zeros]] });
    await registry.push({ name: 'library/small', layers: [[small]] });
    await expect(pull('zeros')).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringMatching(
        /^failed to register layer: no space left on device: the storage for layers is full/,
      ),
    });
    expect(store.list()).toEqual([]);
    expect(await blobs.list()).toEqual([]);
    await pull('small');
    expect(store.list()).toHaveLength(1);
    // Its layer is here already: only the other one counts.
    await expect(pull('zeros')).rejects.toMatchObject({ code: 'no-space' });
    expect(await blobs.list()).toHaveLength(2);
  });

  it('refuses an archive and a tar in the same way', async () => {
    const blobs = await open(LIMIT_BYTES);
    const { store, maker } = engineOn(blobs);
    const archive = await archiveOf(tarOf({ path: 'a', content: noise(6_000_000) }));
    const deps = { store, blobs, emit, dataRoot: '/var/lib/docker' };
    const load = { platform: undefined, quiet: true, signal, report: () => undefined };
    await expect(loadImages(deps, { archive: inPieces(archive), ...load })).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringMatching(/^no space left on device: at least 6\.0 MB are needed/),
    });
    const made = { message: '', changes: [], platform: undefined, reference: undefined, signal };
    await expect(importImage(maker, { tar: inPieces(tarOf(zeros)), ...made })).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringMatching(/^no space left on device: the storage for layers is full/),
    });
    expect(store.list()).toEqual([]);
    expect(await blobs.list()).toEqual([]);
    await loadImages(deps, { archive: inPieces(await archiveOf(tarOf(small))), ...load });
    expect(store.list()).toHaveLength(1);
  });
});

/** An image as `docker save` writes it, from an engine that has room. */
async function archiveOf(tar: Uint8Array): Promise<Uint8Array> {
  const blobs = new MemoryBlobStore();
  const { store, maker } = engineOn(blobs);
  const reference = parseReference('made');
  await importImage(maker, { tar: inPieces(tar), message: '', changes: [], platform: undefined, reference, signal });
  const stream = await saveImages({ store, blobs, emit }, ['made']);
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}
