import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore, Digest } from '../contracts/blob-store.ts';
import { MemoryBlobStore } from '../engine/blob/memory-blob-store.ts';
import { FileBlobStore } from './file-blob-store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-blobs-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const HELLO: Digest = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One suite for every store: they keep one contract. */
const stores: Record<string, () => Promise<BlobStore>> = {
  MemoryBlobStore: () => Promise.resolve(new MemoryBlobStore()),
  FileBlobStore: () => FileBlobStore.open(directory),
};

describe.each(Object.entries(stores))('%s', (_name, open) => {
  it('shows a blob once it is committed, under its digest', async () => {
    const store = await open();
    const writer = await store.create();
    await writer.write(bytes('hel'));
    await writer.write(bytes(''));
    await writer.write(bytes('lo'));
    expect(await store.list()).toEqual([]);
    expect(await writer.commit(HELLO)).toEqual({ digest: HELLO, bytes: 5 });
    expect(await store.list()).toEqual([HELLO]);
    expect(await store.size(HELLO)).toBe(5);
  });

  it('reads any range, across pieces, and less at the end', async () => {
    const store = await open();
    const writer = await store.create();
    for (const piece of ['ab', 'cde', 'f', 'ghij']) await writer.write(bytes(piece));
    const { digest } = await writer.commit();
    const text = 'abcdefghij';
    for (let offset = 0; offset <= 11; offset++) {
      for (let length = 0; length <= 12; length++) {
        const got = new TextDecoder().decode(await store.read(digest, offset, length));
        expect(got).toBe(text.slice(offset, offset + length));
      }
    }
  });

  it('refuses another digest and stores nothing', async () => {
    const store = await open();
    const writer = await store.create();
    await writer.write(bytes('jello'));
    await expect(writer.commit(HELLO)).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining(HELLO),
    });
    expect(await store.list()).toEqual([]);
    expect(await store.size(HELLO)).toBeUndefined();
    await expect(writer.write(bytes('x'))).rejects.toMatchObject({ code: 'internal' });
  });

  it('forgets what was aborted, also twice and after a commit', async () => {
    const store = await open();
    const writer = await store.create();
    await writer.write(bytes('hello'));
    await writer.abort();
    await writer.abort();
    expect(await store.list()).toEqual([]);
    const again = await store.create();
    await again.write(bytes('hello'));
    await again.commit();
    await again.abort();
    expect(await store.list()).toEqual([HELLO]);
  });

  it('deletes, and says what is missing', async () => {
    const store = await open();
    const writer = await store.create();
    await writer.write(bytes('hello'));
    await writer.commit();
    await store.read(HELLO, 0, 5);
    await store.delete(HELLO);
    await store.delete(HELLO);
    await expect((async () => store.read(HELLO, 0, 1))()).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('FileBlobStore', () => {
  it('outlives its process and clears what was half-written', async () => {
    const store = await FileBlobStore.open(directory);
    const writer = await store.create();
    await writer.write(bytes('hello'));
    await writer.commit();
    store.close();
    await writeFile(join(directory, 'writing-left-over'), 'half');
    const next = await FileBlobStore.open(directory);
    expect(new TextDecoder().decode(next.read(HELLO, 1, 3))).toBe('ell');
    expect(await readdir(directory)).toEqual([HELLO.replace(':', '-')]);
    next.close();
  });

  it('keeps few files open', async () => {
    const store = await FileBlobStore.open(directory);
    const digests: Digest[] = [];
    for (let i = 0; i < 70; i++) {
      const writer = await store.create();
      await writer.write(bytes(`blob ${i}`));
      digests.push((await writer.commit()).digest);
    }
    for (const digest of digests) store.read(digest, 0, 6);
    expect((await readdir('/proc/self/fd')).length).toBeLessThan(200);
    expect(digests.map((digest) => new TextDecoder().decode(store.read(digest, 5, 9)))).toEqual(
      digests.map((_, i) => String(i)),
    );
    store.close();
  });

  it('never leaves its directory', async () => {
    const store = await FileBlobStore.open(directory);
    expect(() => store.read('sha256:../../etc/passwd', 0, 1)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
