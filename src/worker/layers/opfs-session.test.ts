import { describe, expect, it } from 'vitest';
import { put } from '../../../test/support/blob-store-suite.ts';
import { OpfsBlobStore } from './opfs-blob-store.ts';
import { openSession } from './opfs-session.ts';
import { FakeDisk, FakeLocks } from './testing/fake-opfs.ts';

function setUp() {
  const disk = new FakeDisk();
  const locks = new FakeLocks();
  const visit = async (tab: string) => {
    const session = await openSession(disk.all, locks.of(tab), tab);
    return { session, store: new OpfsBlobStore({ folder: session.folder, estimate: disk.estimate }) };
  };
  const folders = (): string[] => [...disk.all.folders.keys()];
  return { disk, locks, visit, folders };
}

describe('openSession', () => {
  it('gives every tab a folder of its own, and leaves those of others alone', async () => {
    const { visit, folders } = setUp();
    const first = await visit('first');
    const digest = await put(first.store, 'hello');
    const second = await visit('second');
    await second.session.removeLeftovers();
    expect(folders()).toEqual(['first', 'second']);
    expect(await second.store.list()).toEqual([]);
    expect(new TextDecoder().decode(await first.store.read(digest, 0, 5))).toBe('hello');
  });

  it('removes what a tab left that is gone, half-written files included', async () => {
    const { disk, locks, visit, folders } = setUp();
    const crashed = await visit('crashed');
    await put(crashed.store, 'whole');
    await (await crashed.store.create()).write(new TextEncoder().encode('half'));
    locks.gone('crashed');
    for (const file of disk.all.folders.get('crashed')?.files.values() ?? []) file.open = false;
    const next = await visit('next');
    await next.session.removeLeftovers();
    expect(folders()).toEqual(['next']);
    expect(disk.usedBytes).toBe(0);
    // Its lock is free again for whoever has the same name.
    await expect(visit('crashed')).resolves.toBeDefined();
  });

  it('has its lock before its folder, which others would remove', async () => {
    const { disk, locks } = setUp();
    let heldByThen = false;
    const all = {
      getDirectoryHandle: async (name: string) => {
        await locks.of('other').request(`drydock-blobs/${name}`, { ifAvailable: true }, (lock) => {
          heldByThen = lock === null;
          return undefined;
        });
        return disk.all.getDirectoryHandle(name);
      },
      removeEntry: (name: string) => disk.all.removeEntry(name),
      keys: () => disk.all.keys(),
    };
    await openSession(all, locks.of('own'), 'own');
    expect(heldByThen).toBe(true);
  });

  it('fails when locks do', async () => {
    const { disk } = setUp();
    const locks = { request: () => Promise.reject(new DOMException('no locks here', 'SecurityError')) };
    await expect(openSession(disk.all, locks, 'own')).rejects.toMatchObject({ name: 'SecurityError' });
    expect(disk.all.folders.size).toBe(0);
  });
});
