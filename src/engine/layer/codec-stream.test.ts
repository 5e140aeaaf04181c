// Readers that go while a codec still has something for them: in Node 20 that would end the process.
import { Duplex } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import type { Gunzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codecStream } from './codec-stream.ts';
import { through } from './through.ts';

type Codec = ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>;

/** What was thrown where nobody could catch it. */
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);
let gunzip: Gunzip;
let codec: Codec;
let left: Promise<void>;
let leave: () => void;
beforeEach(() => {
  process.on('uncaughtException', note);
  gunzip = createGunzip();
  // As Node makes a DecompressionStream, of a program's stream that can be looked into.
  codec = Duplex.toWeb(gunzip) as Codec;
  left = new Promise((resolve) => (leave = resolve));
});
afterEach(() => {
  process.off('uncaughtException', note);
  uncaught.length = 0;
});

/** An archive of which more is to come until its reader goes. */
const ARCHIVE = new Uint8Array(gzipSync(new Uint8Array(4_000_000)));
function unfinished(): AsyncGenerator<Uint8Array> {
  let sent = false;
  const over = { done: true, value: undefined } as const;
  const next = async (): Promise<IteratorResult<Uint8Array, void>> => {
    if (sent) await left;
    if (sent) return over;
    sent = true;
    return { done: false, value: ARCHIVE };
  };
  const end = async () => {
    leave();
    return over;
  };
  const chunks = { next, return: end, throw: end, [Symbol.asyncIterator]: () => chunks };
  return chunks as AsyncGenerator<Uint8Array>;
}

/** The web stream has what it wants, and there is more below it. */
const moreIsThere = () => vi.waitFor(() => expect(gunzip.readableLength).toBeGreaterThan(0));
/** What is due in the next ticks has happened then. */
const afterTicks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('who goes right after a piece', () => {
  it('from a generator, ends the chunks', async () => {
    const output = through(codec, unfinished());
    await output.next();
    await moreIsThere();
    await output.next();
    await output.return();
    await left;
    await afterTicks();
    expect(uncaught).toEqual([]);
  });

  it('from a stream, cancels its source', async () => {
    let sent = false;
    const reader = codecStream(codec, {
      async pull(controller) {
        if (sent) await left;
        else controller.enqueue(ARCHIVE);
        sent = true;
      },
      cancel: () => leave(),
    }).getReader();
    await reader.read();
    await moreIsThere();
    await reader.read();
    await reader.cancel();
    await left;
    await afterTicks();
    expect(uncaught).toEqual([]);
  });
});

it('what the source says of its failure reaches the reader', async () => {
  const reader = codecStream(codec, { pull: () => Promise.reject(new Error('the upload broke off')) }).getReader();
  await expect(reader.read()).rejects.toThrow('the upload broke off');
});

it('a stream ends with its source', async () => {
  const reader = codecStream(codec, {
    pull(controller) {
      controller.enqueue(new Uint8Array(gzipSync('whole')));
      controller.close();
    },
  }).getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('whole');
  expect((await reader.read()).done).toBe(true);
});
