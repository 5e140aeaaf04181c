import { describe, expect, it } from 'vitest';
import { LayerArrival } from './layer-arrival.ts';

const MEGABYTE = 1_000_000;

describe('LayerArrival', () => {
  it('hands out what came, and ends when it is told', async () => {
    const arrival = new LayerArrival();
    arrival.push(new Uint8Array([1]));
    const pieces = arrival.chunks();
    expect((await pieces.next()).value).toEqual(new Uint8Array([1]));
    const next = pieces.next();
    arrival.push(new Uint8Array([2]));
    expect((await next).value).toEqual(new Uint8Array([2]));
    const last = pieces.next();
    arrival.end();
    expect((await last).done).toBe(true);
  });

  it('fails its reader, whatever waits', async () => {
    const arrival = new LayerArrival();
    const pieces = arrival.chunks();
    arrival.push(new Uint8Array(1));
    arrival.fail(new Error('other bytes'));
    await expect(pieces.next()).rejects.toThrow('other bytes');
  });

  it('holds a download up while its reader has enough, and not without one', async () => {
    const arrival = new LayerArrival();
    for (let pieces = 0; pieces < 10; pieces++) {
      arrival.push(new Uint8Array(MEGABYTE));
      await arrival.room();
    }
    const pieces = arrival.chunks();
    await pieces.next();
    let roomAfter = -1;
    let read = 1;
    const waiting = arrival.room().then(() => (roomAfter = read));
    for (; read < 9; read++) await pieces.next();
    await waiting;
    expect(roomAfter).toBeGreaterThan(4);
  });

  it('lets a download go on, and keeps nothing, when its reader is gone', async () => {
    const arrival = new LayerArrival();
    const pieces = arrival.chunks();
    for (let count = 0; count < 10; count++) arrival.push(new Uint8Array(MEGABYTE));
    await pieces.next();
    const waiting = arrival.room();
    arrival.drop();
    await waiting;
    arrival.push(new Uint8Array(10 * MEGABYTE));
    await arrival.room();
  });
});
