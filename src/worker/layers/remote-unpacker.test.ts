import * as Comlink from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { keepErrorCodes } from '../../contracts/comlink-errors.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { digestOf } from '../../engine/blob/sha256.ts';
import { MemoryBlobStore } from '../../engine/blob/memory-blob-store.ts';
import { tarOf } from '../../engine/layer/testing/tar-archive.ts';
import { unpackLayer } from '../../engine/layer/unpack.ts';
import { OpfsBlobStore } from './opfs-blob-store.ts';
import { RemoteUnpacker } from './remote-unpacker.ts';
import type { LayerWorker } from './remote-unpacker.ts';
import { FakeDisk } from './testing/fake-opfs.ts';
import { unpackJobs } from './unpack-jobs.ts';

const { signal } = new AbortController();
const tar = tarOf({ path: 'name', content: 'x'.repeat(3_000_000) }, { path: 'other', content: 'y' });
const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));
keepErrorCodes(Comlink.transferHandlers);

/** A worker's side on the same thread, behind a real channel. */
async function setUp(allowanceBytes?: number) {
  const disk = new FakeDisk(allowanceBytes);
  const folder = await disk.all.getDirectoryHandle('own');
  const blobs = new OpfsBlobStore({ folder });
  const workers: LayerWorker[] = [];
  const unpacker = new RemoteUnpacker({
    session: 'own',
    startWorker() {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1, port2);
      Comlink.expose(
        unpackJobs((session) => disk.all.getDirectoryHandle(session)),
        port1,
      );
      const worker: LayerWorker = Object.assign(port2, { onerror: null, terminate: () => port2.close() });
      workers.push(worker);
      return worker;
    },
    adopt: (files) => blobs.adopt(files),
  });
  return { folder, blobs, unpacker, workers };
}

async function* inPieces(bytes: Uint8Array, pieceBytes = 70_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
}

describe('RemoteUnpacker', () => {
  it('makes the same blobs as on this thread, and tells how far it is', async () => {
    const { blobs, unpacker, folder } = await setUp();
    const here = new MemoryBlobStore();
    const expected = await unpackLayer({ chunks: inPieces(tar), blobs: here, signal });
    const progress: number[] = [];
    const layer = await unpacker.unpack({
      chunks: inPieces(tar),
      diffId: expected.diffId,
      blobs,
      signal,
      onProgress: (bytes) => progress.push(bytes),
    });
    expect(layer).toEqual(expected);
    expect((await blobs.list()).sort()).toEqual((await here.list()).sort());
    const size = (await blobs.size(layer.erofs)) ?? 0;
    expect(Buffer.compare(await blobs.read(layer.erofs, 0, size), here.read(layer.erofs, 0, Infinity))).toBe(0);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(tar.length);
    // Once more: the same blobs, whose files are not kept twice.
    await unpacker.unpack({ chunks: [tar.slice()], blobs, signal });
    expect(folder.files.size).toBe(2);
  });

  it('unpacks several at once', async () => {
    const { blobs, unpacker, workers } = await setUp();
    const tars = ['a', 'b', 'c'].map((name) => tarOf({ path: name, content: name.repeat(100_000) }));
    const layers = await Promise.all(tars.map((own) => unpacker.unpack({ chunks: inPieces(own), blobs, signal })));
    expect(layers.map(({ diffId }) => diffId)).toEqual(await Promise.all(tars.map(digestOf)));
    expect(workers).toHaveLength(1);
  });

  it('fails with what the worker fails with, and leaves no file', async () => {
    const { blobs, unpacker, folder } = await setUp();
    const unpacking = unpacker.unpack({ chunks: inPieces(tar), diffId: `sha256:${'0'.repeat(64)}`, blobs, signal });
    await expect(unpacking).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining('its tar has digest'),
    });
    expect(folder.files.size).toBe(0);
  });

  it('says that the storage is full', async () => {
    const { blobs, unpacker, folder } = await setUp(1_000_000);
    await expect(unpacker.unpack({ chunks: inPieces(tar), blobs, signal })).rejects.toMatchObject({ code: 'no-space' });
    expect(folder.files.size).toBe(0);
  });

  it('fails with the very error of what it reads', async () => {
    const { blobs, unpacker, folder } = await setUp();
    const lost = new DrydockError('unavailable', 'the connection broke');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield tar.slice(0, 1000);
      throw lost;
    }
    await expect(unpacker.unpack({ chunks: broken(), blobs, signal })).rejects.toBe(lost);
    expect(folder.files.size).toBe(0);
  });

  it('stops when it is told to, with the reason', async () => {
    const { blobs, unpacker, folder } = await setUp();
    const abort = new AbortController();
    const reason = new Error('the reader went away');
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield tarOf({ path: 'large', content: '' }).slice(0, 0);
      for (let pieces = 0; ; pieces++) {
        yield tar.slice(0, 512 + 3_000_000 - (3_000_000 % 512) + 512);
        if (pieces === 3) abort.abort(reason);
      }
    }
    await expect(unpacker.unpack({ chunks: endless(), blobs, signal: abort.signal })).rejects.toBe(reason);
    await expect(unpacker.unpack({ chunks: [tar], blobs, signal: abort.signal })).rejects.toBe(reason);
    await expect.poll(() => folder.files.size).toBe(0);
  });

  it('tells when the worker dies, and starts another one', async () => {
    const { blobs, unpacker, workers } = await setUp();
    const stuck = unpacker.unpack({
      chunks: {
        async *[Symbol.asyncIterator]() {
          yield tar.slice(0, 100);
          workers[0]?.onerror?.(Object.assign(new Event('error'), { message: 'out of memory' }) as ErrorEvent);
          await new Promise(() => undefined);
        },
      },
      blobs,
      signal,
    });
    await expect(stuck).rejects.toMatchObject({
      code: 'machine',
      message: expect.stringContaining('its worker failed: out of memory'),
    });
    await unpacker.unpack({ chunks: inPieces(tar), blobs, signal });
    expect(workers).toHaveLength(2);
  });
});
