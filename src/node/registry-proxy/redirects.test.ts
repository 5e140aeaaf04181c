import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { BLOB, failureIn, listening, refused, setUpProxy } from './testing/proxy-setup.ts';

describe('redirects', () => {
  it('are followed to other hosts, without the password', async () => {
    const seen: unknown[] = [];
    const content = createServer((request, response) => {
      seen.push([request.url, request.headers.authorization, request.headers.range]);
      response.end('layer');
    });
    const port = await listening(content);
    const { ask, asked } = await setUpProxy((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/cdn?sig=1` }).end(),
    );
    const headers = { 'registry-authorization': 'Bearer t', range: 'bytes=3-' };
    expect(await ask(BLOB, { headers })).toMatchObject({ status: 200, body: 'layer' });
    expect(asked[0]?.headers.authorization).toBe('Bearer t');
    expect(seen).toEqual([['/cdn?sig=1', undefined, 'bytes=3-']]);
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data/', 'does not connect to the address 169.254.169.254'],
    ['http://[fe80::1]/', 'does not connect to the address fe80::1'],
    ['http://0.0.0.0:80/', 'does not connect to the address 0.0.0.0'],
  ])('to %s are refused', async (location, message) => {
    const { ask, log } = await setUpProxy((_, response) => response.writeHead(302, { location }).end());
    expect(failureIn(await ask(BLOB))).toEqual(refused(403, 'DENIED', message));
    expect(log).toEqual([]);
  });

  it.each([
    ['file:///etc/passwd', 'redirects to "file:///etc/passwd"'],
    ['', 'redirects to ""'],
  ])('to "%s" lead nowhere', async (location, message) => {
    const { ask } = await setUpProxy((_, response) => response.writeHead(302, { location }).end());
    expect(failureIn(await ask(BLOB))).toEqual(refused(502, 'UNAVAILABLE', message));
  });

  it('end', async () => {
    const { ask, asked } = await setUpProxy((_, response) => response.writeHead(302, { location: '/again' }).end());
    expect(failureIn(await ask(BLOB))).toEqual(refused(502, 'UNAVAILABLE', 'redirects more than 5 times'));
    expect(asked).toHaveLength(6);
  });

  it('of what has a password or a body are not followed', async () => {
    const { ask, upstream, asked } = await setUpProxy(
      (_, response) => response.writeHead(307, { location: '/other' }).end(),
      {
        registry: { push: true },
      },
    );
    const token = await ask(`proxy/r.example/token?realm=${upstream}/token`);
    expect(failureIn(token)).toEqual(refused(502, 'UNAVAILABLE', 'which is not followed'));
    const sent = await ask('proxy/r.example/v2/app/blobs/uploads/', { method: 'POST', body: 'x' });
    expect(failureIn(sent)).toEqual(refused(502, 'UNAVAILABLE', 'which is not followed'));
    expect(asked).toHaveLength(2);
  });
});

describe('addresses', () => {
  it('of this machine are refused for a registry that is not said to be there', async () => {
    const { ask, asked } = await setUpProxy((_, response) => response.end(), { registry: { privateAddresses: false } });
    expect(failureIn(await ask(BLOB))).toEqual(refused(403, 'DENIED', 'does not connect to the address 127.0.0.1'));
    expect(asked).toEqual([]);
  });

  it('are judged behind a name', async () => {
    const { ask } = await setUpProxy(() => undefined, {
      registry: { privateAddresses: false, url: 'http://localhost:1' },
    });
    expect(failureIn(await ask(BLOB))).toEqual(refused(403, 'DENIED', 'does not connect to "localhost", which is '));
  });

  it('that nobody answers at are told', async () => {
    const { ask, log } = await setUpProxy(() => undefined, { url: 'http://127.0.0.1:1' });
    expect(failureIn(await ask(BLOB))).toEqual(
      refused(502, 'UNAVAILABLE', "this page's server cannot reach 127.0.0.1:1: the connection was refused"),
    );
    expect(log).toEqual([expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:1\/v2\/app\/blobs\/sha256:a+: 502 /)]);
  });
});
