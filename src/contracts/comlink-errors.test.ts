import { MessageChannel } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { keepErrorCodes } from './comlink-errors.ts';
import { DrydockError } from './errors.ts';

keepErrorCodes(Comlink.transferHandlers);

const surface = {
  refuse: () => Promise.reject(new DrydockError('guest', 'Cannot mount "/x": no such file', { errno: 2 })),
  fail: () => Promise.reject(new TypeError('x is not a function')),
  throwText: () => Promise.reject('just words'),
};
const { port1, port2 } = new MessageChannel();
Comlink.expose(surface, port1 as unknown as Comlink.Endpoint);
const remote = Comlink.wrap<typeof surface>(port2 as unknown as Comlink.Endpoint);
afterEach(() => {
  port1.unref();
  port2.unref();
});

const thrownBy = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('errors across the worker boundary', () => {
  it('stay ours, with code and errno', async () => {
    const error = await thrownBy(remote.refuse());
    expect(error).toBeInstanceOf(DrydockError);
    expect(error).toMatchObject({ code: 'guest', errno: 2, message: 'Cannot mount "/x": no such file' });
  });

  it('leave other errors and other values as Comlink carries them', async () => {
    expect(await thrownBy(remote.fail())).toMatchObject({ name: 'TypeError', message: 'x is not a function' });
    expect(await thrownBy(remote.throwText())).toBe('just words');
  });
});
