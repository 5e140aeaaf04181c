import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeBlobStore, HELLO, put } from '../../test/support/blob-store-suite.ts';
import type { Digest } from '../contracts/blob-store.ts';
import { FileBlobStore } from './file-blob-store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-blobs-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describeBlobStore('FileBlobStore', () => FileBlobStore.open(directory));

describe('FileBlobStore', () => {
  it('outlives its process and clears what was half-written', async () => {
    const store = await FileBlobStore.open(directory);
    await put(store, 'hello');
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
    for (let i = 0; i < 70; i++) digests.push(await put(store, `blob ${i}`));
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
