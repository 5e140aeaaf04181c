import { describe, expect, it } from 'vitest';
import type { Digest } from '../../contracts/blob-store.ts';
import { deferred } from '../../shared/deferred.ts';
import { MemoryBlobStore } from '../blob/memory-blob-store.ts';
import { LayerPool } from './layer-pool.ts';
import type { LayerSource } from './layer-pool.ts';

const A: Digest = `sha256:${'a'.repeat(64)}`;
const B: Digest = `sha256:${'b'.repeat(64)}`;
const forever = new AbortController().signal;
const quiet = (): void => undefined;

function setUp() {
  const blobs = new MemoryBlobStore();
  const pool = new LayerPool<string>(blobs);
  const started: Digest[] = [];
  /** Stores an image that is the same for every layer. */
  const source =
    (diffId: Digest, before?: (signal: AbortSignal) => Promise<void>): LayerSource<string> =>
    async (signal, onProgress) => {
      started.push(diffId);
      onProgress('started');
      await before?.(signal);
      const writer = await blobs.create();
      await writer.write(new Uint8Array([1]));
      const { digest } = await writer.commit();
      return { diffId, erofs: digest, recipe: digest, sizeBytes: 1 };
    };
  return { blobs, pool, started, source };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('LayerPool', () => {
  it('brings a layer in once for all who want it, and keeps it for the last', async () => {
    const { blobs, pool, started, source } = setUp();
    const seen: string[] = [];
    const [one, two] = await Promise.all([
      pool.acquire(A, source(A), forever, quiet),
      pool.acquire(A, source(A), forever, (event) => void seen.push(event)),
    ]);
    const three = await pool.acquire(A, source(A), forever, quiet);
    expect(started).toEqual([A]);
    expect(seen).toEqual(['started']);
    await one.release();
    await one.release();
    await two.release();
    expect(pool.has(A)).toBe(true);
    await three.release();
    expect(pool.has(A)).toBe(false);
    expect(await blobs.list()).toEqual([]);
  });

  it('keeps an image that another layer shares', async () => {
    const { blobs, pool, source } = setUp();
    const a = await pool.acquire(A, source(A), forever, quiet);
    const b = await pool.acquire(B, source(B), forever, quiet);
    await a.release();
    expect(await blobs.list()).toHaveLength(1);
    await b.release();
    expect(await blobs.list()).toEqual([]);
  });

  it('does not delete an image that a running job may be storing', async () => {
    const { blobs, pool, source } = setUp();
    const a = await pool.acquire(A, source(A), forever, quiet);
    const gate = deferred<undefined>();
    const b = pool.acquire(
      B,
      source(B, async () => void (await gate.promise)),
      forever,
      quiet,
    );
    await a.release();
    expect(await blobs.list()).toHaveLength(1);
    gate.resolve(undefined);
    await (await b).release();
    expect(await blobs.list()).toEqual([]);
  });

  it('stops the job when the last waiter gives up, and starts anew for the next', async () => {
    const { blobs, pool, started, source } = setUp();
    const first = new AbortController();
    const second = new AbortController();
    let stopped = false;
    const slow = source(A, (signal) => aborted(signal).finally(() => (stopped = true)));
    const one = pool.acquire(A, slow, first.signal, quiet);
    const two = pool.acquire(A, slow, second.signal, quiet);
    first.abort(new Error('one'));
    await expect(one).rejects.toThrow('one');
    expect(stopped).toBe(false);
    second.abort(new Error('two'));
    await expect(two).rejects.toThrow('two');
    expect(stopped).toBe(true);
    expect(await blobs.list()).toEqual([]);
    await pool.acquire(A, source(A), forever, quiet);
    expect(started).toEqual([A, A]);
  });

  it('removes what a job stored after it was given up', async () => {
    const { blobs, pool, source } = setUp();
    const giveUp = new AbortController();
    const gate = deferred<undefined>();
    const late = pool.acquire(
      A,
      source(A, async () => void (await gate.promise)),
      giveUp.signal,
      quiet,
    );
    giveUp.abort(new Error('too late'));
    gate.resolve(undefined);
    await expect(late).rejects.toThrow('too late');
    expect(await blobs.list()).toEqual([]);
    expect(pool.has(A)).toBe(false);
  });

  it('hands a failure to all who wait, and tries again for the next', async () => {
    const { pool, source } = setUp();
    const broken = source(A, () => Promise.reject(new Error('broken')));
    const both = [pool.acquire(A, broken, forever, quiet), pool.acquire(A, broken, forever, quiet)];
    for (const one of both) await expect(one).rejects.toThrow('broken');
    await expect(pool.acquire(A, source(A), forever, quiet)).resolves.toBeDefined();
    await expect(pool.acquire(A, source(A), AbortSignal.abort(new Error('gone')), quiet)).rejects.toThrow('gone');
  });
});
