import { describe, expect, it } from 'vitest';
import { deferred } from '../../shared/deferred.ts';
import { readErofs } from '../layer/testing/erofs-reader.ts';
import type { TarItem } from '../layer/testing/tar-archive.ts';
import { FILES, setUp, statuses } from '../../../test/support/pull-set-up.ts';

const LARGE_BYTES = new Uint8Array(3_000_000);
for (let at = 0; at < LARGE_BYTES.length; at += 50_000) crypto.getRandomValues(LARGE_BYTES.subarray(at, at + 50_000));
const large: TarItem = { path: 'large', content: LARGE_BYTES };

function inParts(bytes: Uint8Array, partBytes: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / partBytes);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * partBytes, (index + 1) * partBytes));
}

describe('layers of a pull', () => {
  it('unpacks a layer while it comes, and keeps it when all of it was checked', async () => {
    const { registry, blobs, store, pull } = setUp();
    const { layers } = await registry.push({ name: 'library/app', layers: [[large]] });
    const started = deferred<undefined>();
    const read = deferred<undefined>();
    const createDerived = blobs.createDerived.bind(blobs);
    blobs.createDerived = async () => {
      started.resolve(undefined);
      const writer = await createDerived();
      const writeAt = async (offset: number, bytes: Uint8Array): Promise<void> => {
        read.resolve(undefined);
        await writer.writeAt(offset, bytes);
      };
      return { writeAt, commit: (name) => writer.commit(name), abort: () => writer.abort() };
    };
    const whole = registry.files.get(`library/app/blobs/${layers[0]}`) ?? new Uint8Array(0);
    registry.intercept = (path) => {
      if (!path.endsWith(layers[0] ?? '')) return undefined;
      const pieces = inParts(whole, 100_000);
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const piece = pieces.shift();
          if (piece === undefined) {
            // The end waits for what must have happened before.
            await Promise.all([started.promise, read.promise]);
            expect(await blobs.list()).toEqual([]);
            controller.close();
          } else controller.enqueue(piece);
        },
      });
      return new Response(body);
    };
    const messages = statuses(await pull('app:latest')).map((line) => line.slice(14));
    expect(messages.indexOf('Extracting')).toBeGreaterThan(messages.indexOf('Download complete'));
    expect(store.list()).toHaveLength(1);
  });

  it('goes on where a broken connection ended, also when the registry starts again', async () => {
    const { registry, blobs, store, pull } = setUp();
    const { layers } = await registry.push({ name: 'library/app', layers: [[large]] });
    const whole = registry.files.get(`library/app/blobs/${layers[0]}`) ?? new Uint8Array(0);
    let asked = 0;
    registry.intercept = (path) => {
      if (!path.endsWith(layers[0] ?? '') || ++asked > 1) return undefined;
      const pieces = inParts(whole.subarray(0, 300_000), 100_000);
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = pieces.shift();
          if (piece === undefined) controller.error(new TypeError('network error'));
          else controller.enqueue(piece);
        },
      });
      return new Response(body);
    };
    expect(statuses(await pull('app:latest')).join('\n')).toContain('Retrying in 1 second\n');
    expect(asked).toBe(2);
    const files = readErofs(blobs.read(store.get('app').layers[0]?.erofs ?? store.get('app').id, 0, Infinity));
    expect(Buffer.compare(files.get('/large')?.content ?? new Uint8Array(0), LARGE_BYTES)).toBe(0);
  });

  it('tries a layer as often as it may, and no more', async () => {
    const { registry, pull, expectNothing } = setUp({ downloadAttempts: 1 });
    const { layers } = await registry.push({ name: 'library/app', layers: [[large]] });
    let asked = 0;
    registry.intercept = (path) => {
      if (!path.endsWith(layers[0] ?? '')) return undefined;
      asked++;
      throw new TypeError('network error');
    };
    await expect(pull('app:latest')).rejects.toThrow();
    expect(asked).toBe(1);
    await expectNothing();
  });

  it('does not hold up a layer that is here for one that comes slowly', async () => {
    const { registry, store, pull } = setUp();
    const { layers } = await registry.push({ name: 'library/slow', layers: [[large]] });
    await registry.push({ name: 'library/app', layers: FILES });
    const first = deferred<undefined>();
    const rest = deferred<undefined>();
    const whole = registry.files.get(`library/slow/blobs/${layers[0]}`) ?? new Uint8Array(0);
    registry.intercept = (path) => {
      if (!path.endsWith(layers[0] ?? '')) return undefined;
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(whole.subarray(0, 100_000));
          first.resolve(undefined);
          await rest.promise;
          controller.enqueue(whole.subarray(100_000));
          controller.close();
        },
      });
      return new Response(body);
    };
    const slow = pull('slow:latest');
    await first.promise;
    await pull('app:latest');
    expect(store.list().map(({ repoTags }) => repoTags)).toEqual([['app:latest']]);
    rest.resolve(undefined);
    await slow;
    expect(store.list()).toHaveLength(2);
  });

  it('shares a download between two pulls, which both may stop', async () => {
    const { registry, store, pull } = setUp();
    const pushed = await registry.push({ name: 'library/app', layers: FILES.slice(0, 1) });
    const blob = `library/app/blobs/${pushed.layers[0]}`;
    const asked = deferred<undefined>();
    const answer = deferred<undefined>();
    registry.intercept = async (path) => {
      if (path !== blob) return undefined;
      asked.resolve(undefined);
      await answer.promise;
      return undefined;
    };
    const impatient = new AbortController();
    const first = pull('app:latest', impatient.signal);
    await asked.promise;
    const second = pull('app:latest');
    await expect.poll(() => registry.requests.filter((path) => path.endsWith(pushed.id)).length).toBe(2);
    impatient.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    answer.resolve(undefined);
    expect(statuses(await second)).toContain('Status: Downloaded newer image for app:latest');
    expect(registry.requests.filter((path) => path === blob)).toHaveLength(1);
    expect(store.list()).toHaveLength(1);
  });
});
