import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BLOB, failureIn, listening, refused, setUpProxy } from './testing/proxy-setup.ts';

describe('limits', () => {
  it('on what states its size', async () => {
    const { ask } = await setUpProxy(
      (_, response) => response.setHeader('content-length', 2 ** 21).end(Buffer.alloc(2 ** 21)),
      {
        limits: { blobMegabytes: 1 },
      },
    );
    expect(failureIn(await ask(BLOB))).toEqual(refused(413, 'SIZE_INVALID', 'no more than 1 MiB'));
  });

  it('on the whole of which a part is asked for', async () => {
    const { ask } = await setUpProxy(
      (_, response) => response.writeHead(206, { 'content-range': `bytes 9-9/${2 ** 21}` }).end('x'),
      { limits: { blobMegabytes: 1 } },
    );
    expect(failureIn(await ask(BLOB, { headers: { range: 'bytes=9-9' } }))).toEqual(
      refused(413, 'SIZE_INVALID', '1 MiB'),
    );
  });

  it('on what does not say its size, while it comes', async () => {
    const { ask, log } = await setUpProxy(
      (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(2 ** 16)));
        };
        response.on('drain', more);
        more();
      },
      { limits: { blobMegabytes: 1 } },
    );
    await expect(ask(BLOB)).rejects.toThrow('aborted');
    expect(log).toEqual([expect.stringContaining('413 ')]);
  });

  it('on documents, and on what is sent', async () => {
    const { ask, asked } = await setUpProxy((_, response) => response.end(Buffer.alloc(5 * 2 ** 20)), {
      registry: { push: true },
      limits: { blobMegabytes: 1 },
    });
    expect(failureIn(await ask('proxy/r.example/v2/app/manifests/v1'))).toEqual(refused(413, 'SIZE_INVALID', '4 MiB'));
    const headers = { 'content-length': String(2 ** 21) };
    const body = 'x'.repeat(2 ** 21);
    const sent = await ask('proxy/r.example/v2/app/blobs/uploads/1', { method: 'PATCH', headers, body });
    expect(failureIn(sent)).toEqual(refused(413, 'SIZE_INVALID', '1 MiB'));
    expect(asked).toHaveLength(1);
  });

  it('on silence before the answer', async () => {
    const { ask, log } = await setUpProxy(() => undefined, { limits: { idleSeconds: 0.05 } });
    expect(failureIn(await ask(BLOB))).toEqual(refused(504, 'UNAVAILABLE', 'nothing came for 0.05 s'));
    expect(log).toEqual([expect.stringContaining('504 ')]);
  });

  it('on silence within it', async () => {
    const { ask, log } = await setUpProxy((_, response) => response.write('start'), { limits: { idleSeconds: 0.5 } });
    await expect(ask(BLOB)).rejects.toThrow('aborted');
    expect(log).toEqual([expect.stringContaining('nothing came for 0.5 s')]);
  });

  it('on the whole of it', async () => {
    const timers: NodeJS.Timeout[] = [];
    onTestFinished(() => timers.forEach(clearInterval));
    const { ask, log } = await setUpProxy(
      (_, response) => void timers.push(setInterval(() => response.write('.'), 5)),
      {
        limits: { requestSeconds: 0.5 },
      },
    );
    await expect(ask(BLOB)).rejects.toThrow('aborted');
    expect(log).toEqual([expect.stringContaining('it took more than 0.5 s')]);
  });

  it('on making the connection', async () => {
    // It takes the connection, and no part in the handshake.
    const port = await listening(createTcpServer((socket) => void socket.on('error', () => undefined).resume()));
    const { ask } = await setUpProxy(() => undefined, {
      url: `https://127.0.0.1:${port}`,
      limits: { connectSeconds: 0.05 },
    });
    expect(failureIn(await ask(BLOB))).toEqual(refused(504, 'UNAVAILABLE', 'no connection within 0.05 s'));
  });

  it('on requests at once', async () => {
    const waiting: (() => void)[] = [];
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const { ask } = await setUpProxy(
      (_, response) => {
        waiting.push(() => response.end('done'));
        arrived();
      },
      { limits: { requestsAtOnce: 1 } },
    );
    const one = ask(BLOB);
    await first;
    const other = await ask(BLOB);
    expect(failureIn(other)).toEqual(refused(429, 'TOOMANYREQUESTS', '1 requests at once'));
    expect(other.headers['retry-after']).toBe('2');
    waiting[0]?.();
    expect(await one).toMatchObject({ status: 200, body: 'done' });
    const next = ask(BLOB);
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]?.();
    expect(await next).toMatchObject({ status: 200 });
  });

  it('lets the registry go when the page goes', async () => {
    const closed = new Promise<void>((resolve) => {
      void setUpProxy((request, response) => {
        request.on('close', resolve);
        response.write('start');
      }).then(({ start }) => {
        const sent = start(BLOB);
        sent.on('error', () => undefined);
        sent.on('response', (response) => {
          response.on('error', () => undefined);
          sent.destroy();
        });
        sent.end();
      });
    });
    await closed;
  });
});
