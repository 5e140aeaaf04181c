import { describe, expect, it } from 'vitest';
import { createTestEngine } from '../../test/support/test-engine.ts';
import { deferred } from '../shared/deferred.ts';
import { onePruneOf } from './one-prune.ts';

const RUNNING = { code: 'conflict', message: 'a prune operation is already running' };

describe('onePruneOf', () => {
  it('refuses another one of the same store, and of no other, until the first has ended', async () => {
    const [store, end] = [{}, deferred<string>()];
    const first = onePruneOf(store, () => end.promise);
    await expect(onePruneOf(store, () => Promise.resolve('second'))).rejects.toMatchObject(RUNNING);
    expect(await onePruneOf({}, () => Promise.resolve('other'))).toBe('other');
    end.resolve('first');
    expect(await first).toBe('first');
    expect(await onePruneOf(store, () => Promise.resolve('third'))).toBe('third');
  });

  it('lets the next one in after a failure', async () => {
    const store = {};
    await expect(onePruneOf(store, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await onePruneOf(store, () => Promise.resolve('next'))).toBe('next');
  });
});

it.each([
  ['containers', '/containers/create', { Image: 'busybox', Cmd: ['true'] }],
  ['volumes', '/volumes/create', {}],
])('a second prune of %s is refused with 409', async (kind, create, body) => {
  const test = createTestEngine({ sh: async (io) => (await io.print('12\n'), 0) });
  expect((await test.call('POST', create, body)).status).toBe(201);
  const answers = await Promise.all([1, 2].map(() => test.call('POST', `/${kind}/prune`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(answers.find(({ status }) => status === 409)?.body).toEqual({ message: RUNNING.message });
  expect((await test.call('POST', `/${kind}/prune`)).status).toBe(200);
});
