import { describe, expect, it } from 'vitest';
import { deferred } from '../../shared/deferred.ts';
import { Slots } from './slots.ts';

const forever = new AbortController().signal;

describe('Slots', () => {
  it('run so many at once, the others in order', async () => {
    const slots = new Slots(2);
    const gates = Array.from({ length: 4 }, () => deferred<number>());
    const started: number[] = [];
    const waited: number[] = [];
    const jobs = gates.map((gate, i) =>
      slots.run(
        () => {
          started.push(i);
          return gate.promise;
        },
        forever,
        () => void waited.push(i),
      ),
    );
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    expect(waited).toEqual([2, 3]);
    gates[1]?.reject(new Error('failed'));
    await expect(jobs[1]).rejects.toThrow('failed');
    expect(started).toEqual([0, 1, 2]);
    gates.forEach((gate, i) => gate.resolve(i));
    expect(await Promise.all([jobs[0], jobs[2], jobs[3]])).toEqual([0, 2, 3]);
  });

  it('forget who gives up in the queue', async () => {
    const slots = new Slots(1);
    const gate = deferred<undefined>();
    const first = slots.run(() => gate.promise, forever);
    const giveUp = new AbortController();
    let ran = false;
    const second = slots.run(async () => void (ran = true), giveUp.signal);
    giveUp.abort(new Error('never mind'));
    await expect(second).rejects.toThrow('never mind');
    gate.resolve(undefined);
    await first;
    expect(await slots.run(async () => 'free', forever)).toBe('free');
    expect(ran).toBe(false);
  });
});
