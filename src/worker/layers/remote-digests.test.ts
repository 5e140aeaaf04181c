import { describe, expect, it } from 'vitest';
import { digestOf } from '../../engine/blob/sha256.ts';
import type { ToDigests } from './digest-messages.ts';
import { DigestServer } from './digest-server.ts';
import { RemoteDigests } from './remote-digests.ts';
import type { DigestWorker } from './remote-digests.ts';

function setUp() {
  const told: ToDigests[] = [];
  const worker: DigestWorker = {
    onmessage: null,
    onerror: null,
    postMessage(message, transfer) {
      const copy = structuredClone(message, { transfer });
      told.push(copy);
      server.take(copy);
    },
  };
  const server = new DigestServer((data) =>
    setImmediate(() => worker.onmessage?.(new MessageEvent('message', { data: structuredClone(data) }))),
  );
  return { worker, told, digests: new RemoteDigests(worker) };
}

const filled = (byte: number, bytes: number) => new Uint8Array(bytes).fill(byte);

describe('RemoteDigests', () => {
  it('has the digest of all that came, of several streams at once', async () => {
    const { digests } = setUp();
    const [one, two, none] = await Promise.all([digests.create(), digests.create(), digests.create()]);
    const expected = filled(1, 3_000_000);
    for (let at = 0; at < expected.length; at += 70_001) {
      const piece = expected.slice(at, at + 70_001);
      await one.update(piece);
      // What was given may change afterwards.
      piece.fill(9);
      await two.update(filled(2, 10));
    }
    expect(await one.digest()).toBe(await digestOf(expected));
    expect(await two.digest()).toBe(await digestOf(filled(2, 430)));
    expect(await none.digest()).toBe(await digestOf(new Uint8Array(0)));
  });

  it('lets whoever is too fast wait', async () => {
    const { digests } = setUp();
    const stream = await digests.create();
    expect(stream.update(filled(1, 1_000_000))).toBeUndefined();
    const waiting = stream.update(filled(1, 9_000_000));
    expect(waiting).toBeInstanceOf(Promise);
    await waiting;
    expect(stream.update(filled(1, 100))).toBeUndefined();
    expect(await stream.digest()).toBe(await digestOf(filled(1, 10_000_100)));
  });

  it('forgets a stream that is given up', async () => {
    const { digests, told } = setUp();
    const stream = await digests.create();
    await stream.update(filled(1, 300_000));
    stream.abort?.();
    expect(told.map(({ kind }) => kind)).toEqual(['bytes', 'forget']);
  });

  it('fails when the worker does, waiting or not', async () => {
    const { digests, worker } = setUp();
    const [waiting, asked] = await Promise.all([digests.create(), digests.create()]);
    const failures = [waiting.update(filled(1, 9_000_000)), asked.digest()];
    worker.onerror?.(Object.assign(new Event('error'), { message: 'out of memory' }) as ErrorEvent);
    for (const failure of failures) {
      await expect(failure).rejects.toMatchObject({ code: 'machine', message: expect.stringContaining('memory') });
    }
  });
});
