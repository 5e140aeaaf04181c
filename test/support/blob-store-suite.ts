// One suite for every blob store: they keep one contract.
import { describe, expect, it } from 'vitest';
import type { BlobStore, Digest } from '../../src/contracts/blob-store.ts';

/** Of "hello". */
export const HELLO: Digest = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Stores one blob. */
export async function put(store: BlobStore, text: string): Promise<Digest> {
  const writer = await store.create();
  try {
    await writer.write(bytes(text));
    return (await writer.commit()).digest;
  } finally {
    await writer.abort();
  }
}

/** @param open makes an empty store */
export function describeBlobStore(name: string, open: () => Promise<BlobStore>): void {
  describe(name, () => {
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

    it('keeps one of two that are the same', async () => {
      const store = await open();
      await put(store, 'hello');
      expect(await put(store, 'hello')).toBe(HELLO);
      expect(await store.list()).toEqual([HELLO]);
      expect(new TextDecoder().decode(await store.read(HELLO, 0, 9))).toBe('hello');
    });

    it('deletes, and says what is missing', async () => {
      const store = await open();
      await put(store, 'hello');
      await store.read(HELLO, 0, 5);
      await store.delete(HELLO);
      await store.delete(HELLO);
      expect(await store.list()).toEqual([]);
      await expect((async () => store.read(HELLO, 0, 1))()).rejects.toMatchObject({ code: 'not-found' });
    });

    it('keeps what is derived under the name it is given, whatever order it comes in', async () => {
      const store = await open();
      const name: Digest = `sha256:${'a'.repeat(64)}`;
      const other: Digest = `sha256:${'b'.repeat(64)}`;
      const writer = await store.createDerived();
      await writer.writeAt(3, bytes('defg'));
      await writer.writeAt(7, bytes(''));
      await writer.writeAt(7, bytes('hi'));
      await writer.writeAt(0, bytes('abc'));
      expect(await store.list()).toEqual([]);
      await writer.commit(name);
      await writer.abort();
      expect(await store.list()).toEqual([name]);
      expect(await store.size(name)).toBe(9);
      for (const [from, length] of [
        [0, 9],
        [2, 3],
        [6, 9],
        [9, 1],
      ] as const) {
        const got = new TextDecoder().decode(await store.read(name, from, length));
        expect(got).toBe('abcdefghi'.slice(from, from + length));
      }
      await expect(writer.writeAt(0, bytes('x'))).rejects.toMatchObject({ code: 'internal' });
      const again = await store.createDerived();
      await again.writeAt(0, bytes('abcdefghi'));
      await again.commit(name);
      const dropped = await store.createDerived();
      await dropped.writeAt(0, bytes('x'));
      await dropped.abort();
      await dropped.abort();
      await expect(dropped.commit(other)).rejects.toMatchObject({ code: 'internal' });
      expect(await store.list()).toEqual([name]);
      await store.delete(name);
      expect(await store.list()).toEqual([]);
    });

    it('knows how much room there is', async () => {
      await (await open()).requireSpace(5e6);
    });
  });
}

/** @param open makes a store with room for 1000 bytes */
export function describeFullBlobStore(name: string, open: () => Promise<BlobStore>): void {
  describe(`${name} without room`, () => {
    it('says so, stores nothing, and has the room again', async () => {
      const store = await open();
      await put(store, 'a'.repeat(600));
      const writer = await store.create();
      await writer.write(bytes('b'.repeat(300)));
      await expect(writer.write(bytes('b'.repeat(300)))).rejects.toMatchObject({
        code: 'no-space',
        message: expect.stringMatching(/^no space left on device: the storage for layers is full; "docker image rm"/),
      });
      await writer.abort();
      await put(store, 'c'.repeat(400));
      await expect(put(store, 'd')).rejects.toMatchObject({ code: 'no-space' });
      expect(await store.list()).toHaveLength(2);
    });

    it('counts what is derived', async () => {
      const store = await open();
      const writer = await store.createDerived();
      await writer.writeAt(0, bytes('a'.repeat(600)));
      await expect(writer.writeAt(600, bytes('a'.repeat(600)))).rejects.toMatchObject({ code: 'no-space' });
      await writer.abort();
      await put(store, 'b'.repeat(1000));
      expect(await store.list()).toHaveLength(1);
    });

    it('gets room back from what is deleted, given up, wrong, or there already', async () => {
      const store = await open();
      const digest = await put(store, 'a'.repeat(400));
      await put(store, 'a'.repeat(400));
      const wrong = await store.create();
      await wrong.write(bytes('jello'));
      await expect(wrong.commit(HELLO)).rejects.toMatchObject({ code: 'data-loss' });
      await put(store, 'b'.repeat(600));
      await expect(put(store, 'c')).rejects.toMatchObject({ code: 'no-space' });
      await store.delete(digest);
      await store.delete(digest);
      await put(store, 'c'.repeat(400));
    });

    it('says beforehand what will not fit', async () => {
      const store = await open();
      await expect(store.requireSpace(5e6)).rejects.toMatchObject({
        code: 'no-space',
        message: expect.stringMatching(/^no space left on device: at least 5\.0 MB are needed/),
      });
      await put(store, 'a'.repeat(1000));
    });
  });
}
