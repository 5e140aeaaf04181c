import { describe, expect, it } from 'vitest';
import type { Digest } from '../../contracts/blob-store.ts';
import { describeBlobStore, describeFullBlobStore, HELLO, put } from '../../../test/support/blob-store-suite.ts';
import { OpfsBlobStore } from './opfs-blob-store.ts';
import { FakeDisk } from './testing/fake-opfs.ts';

async function setUp(allowanceBytes?: number) {
  const disk = new FakeDisk(allowanceBytes);
  const folder = await disk.all.getDirectoryHandle('own');
  return { folder, store: new OpfsBlobStore({ folder, estimate: disk.estimate }) };
}

describeBlobStore('OpfsBlobStore', async () => (await setUp()).store);
describeFullBlobStore('OpfsBlobStore', async () => (await setUp(1000)).store);

describe('OpfsBlobStore', () => {
  it('answers in the same tick once the file is open', async () => {
    const { store, folder } = await setUp();
    await put(store, 'hello');
    expect(store.read(HELLO, 0, 5)).toBeInstanceOf(Promise);
    // The same opening serves both.
    await Promise.all([store.read(HELLO, 0, 1), store.read(HELLO, 1, 1)]);
    expect(store.read(HELLO, 1, 3)).toEqual(new TextEncoder().encode('ell'));
    expect(folder.opened).toBe(2);
  });

  it('keeps few files open, and opens the others again', async () => {
    const { store, folder } = await setUp();
    const digests: Digest[] = [];
    for (let i = 0; i < 70; i++) digests.push(await put(store, `blob ${i}`));
    for (const digest of digests) await store.read(digest, 0, 6);
    expect([...folder.files.values()].filter(({ open }) => open)).toHaveLength(64);
    for (const [i, digest] of digests.entries()) {
      expect(new TextDecoder().decode(await store.read(digest, 5, 9))).toBe(String(i));
    }
  });

  it('deletes what is just being opened', async () => {
    const { store, folder } = await setUp();
    await put(store, 'hello');
    const reading = Promise.resolve(store.read(HELLO, 0, 5));
    await Promise.allSettled([reading, store.delete(HELLO)]);
    expect(folder.files.size).toBe(0);
    expect(await store.list()).toEqual([]);
  });

  it('leaves no file of what is given up, wrong or there already', async () => {
    const { store, folder } = await setUp();
    await put(store, 'hello');
    await put(store, 'hello');
    await (await store.create()).abort();
    await expect((await store.create()).commit(HELLO)).rejects.toMatchObject({ code: 'data-loss' });
    expect(folder.files.size).toBe(1);
  });

  it('says when there is not even room for a name', async () => {
    const store = new OpfsBlobStore({
      folder: {
        getFileHandle: () => Promise.reject(new DOMException('full', 'QuotaExceededError')),
        removeEntry: () => Promise.resolve(),
      },
      estimate: () => Promise.resolve({ quota: 5e6, usage: 7e6 }),
    });
    await expect(store.create()).rejects.toMatchObject({ code: 'no-space' });
    await expect(store.requireSpace(5e6)).rejects.toMatchObject({
      message: expect.stringContaining('at least 5.0 MB are needed, 0.0 MB are free;'),
    });
  });

  it('keeps a failure of the browser as it is, and tries again', async () => {
    const { folder } = await setUp();
    let fails = true;
    const store = new OpfsBlobStore({
      folder: {
        getFileHandle: (name, options) =>
          fails && options?.create !== true
            ? Promise.reject(new DOMException('odd', 'UnknownError'))
            : folder.getFileHandle(name, options),
        removeEntry: (name) => folder.removeEntry(name),
      },
    });
    await put(store, 'hello');
    await expect(store.read(HELLO, 0, 5)).rejects.toMatchObject({ name: 'UnknownError' });
    fails = false;
    expect(new TextDecoder().decode(await store.read(HELLO, 0, 5))).toBe('hello');
  });

  it('takes over files that another store wrote to its folder, each blob once', async () => {
    const { store, folder } = await setUp();
    const other = new OpfsBlobStore({ folder, prefix: 'other-' });
    await put(other, 'hello');
    const world = await put(other, 'world');
    await put(store, 'hello');
    await store.adopt(other.files());
    expect([...folder.files.keys()].sort()).toEqual(['1', 'other-2']);
    expect(new TextDecoder().decode(await store.read(world, 0, 5))).toBe('world');
    await store.delete(world);
    await store.delete(HELLO);
    expect(folder.files.size).toBe(0);
  });
});
