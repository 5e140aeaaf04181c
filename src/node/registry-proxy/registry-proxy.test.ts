import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseConfig } from './proxy-config.ts';
import { RegistryProxy } from './registry-proxy.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const BLOB = `proxy/r.example/v2/app/blobs/${DIGEST}`;
const cleanUps: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function listening(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    cleanUps.push(
      () =>
        new Promise((closed) => {
          server.close(() => closed());
          if ('closeAllConnections' in server) server.closeAllConnections();
        }),
    );
  });
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface SetUp {
  /** Of the registry `r.example`, whose `url` is the upstream's. */
  readonly registry?: object;
  readonly limits?: object;
  readonly url?: string;
}

async function setUp(answer: RequestListener, { registry = {}, limits = {}, url }: SetUp = {}) {
  const asked: IncomingMessage[] = [];
  const upstreamPort = await listening(
    createServer((request, response) => {
      asked.push(request);
      answer(request, response);
    }),
  );
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const entry = { url: url ?? upstream, privateAddresses: true, ...registry };
  const config = parseConfig(JSON.stringify({ proxy: { registries: { 'r.example': entry }, limits } }), 'test');
  if (config === undefined || config === false) throw new Error('no proxy');
  const log: string[] = [];
  const proxy = new RegistryProxy({ config, listenHost: '127.0.0.1', log: (line) => log.push(line) });
  cleanUps.push(() => proxy.close());
  const port = await listening(
    createServer((request, response) => void proxy.handle(request, response, (request.url ?? '').slice(1))),
  );
  // Not fetch(): it tidies paths, and does not send what only browsers may.
  const start = (path: string, { method = 'GET', headers = {} }: Ask = {}) =>
    httpRequest({ host: '127.0.0.1', port, path: `/${path}`, method, headers, agent: false });
  const ask = (path: string, options: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = start(path, options);
      sent.on('error', reject);
      sent.on('response', (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      sent.end(options.body);
    });
  return { ask, start, asked, log, upstream };
}

function failureIn({ status, body }: Answer): unknown {
  const { errors } = JSON.parse(body) as { errors: { code: string; message: string }[] };
  return { status, ...errors[0] };
}

const refused = (status: number, code: string, message: string): unknown => ({
  status,
  code,
  message: expect.stringContaining(message) as string,
});

describe('RegistryProxy', () => {
  it('lists what it passes on', async () => {
    const { ask } = await setUp(() => undefined, { registry: { push: true } });
    const { body } = await ask('proxy/registries.json');
    expect(JSON.parse(body)).toEqual({ registries: [{ name: 'r.example', push: true }] });
  });

  it('passes bytes on as they are, with the headers of the protocol and no others', async () => {
    const { ask, asked } = await setUp((_, response) => {
      response.setHeader('docker-content-digest', DIGEST);
      response.setHeader('content-type', 'text/html');
      response.setHeader('set-cookie', 'a=b');
      response.setHeader('access-control-allow-origin', '*');
      response.end('\x00bytes\xff', 'latin1');
    });
    const headers = {
      accept: 'a/b',
      range: 'bytes=0-',
      cookie: 'session=1',
      authorization: 'Basic c2l0ZQ==',
      'x-forwarded-for': '1.2.3.4',
      'registry-authorization': 'Bearer token',
    };
    const answer = await ask(BLOB, { headers });
    expect(answer).toMatchObject({
      status: 200,
      body: '\x00bytes\xff',
      headers: {
        'docker-content-digest': DIGEST,
        'content-security-policy': expect.stringContaining('sandbox') as string,
        'x-content-type-options': 'nosniff',
      },
    });
    expect(Object.keys(answer.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(set-cookie|access-control-.*)$/)]) as string[],
    );
    const { host, connection, ...sent } = asked[0]?.headers ?? {};
    expect({ host, connection }).toEqual({
      host: expect.stringMatching(/^127\.0\.0\.1:/) as string,
      connection: 'keep-alive',
    });
    expect(sent).toEqual({
      accept: 'a/b',
      range: 'bytes=0-',
      authorization: 'Bearer token',
      'accept-encoding': 'identity',
      'user-agent': 'drydock',
    });
  });

  it('answers HEAD without a body', async () => {
    const { ask } = await setUp((_, response) => response.setHeader('content-length', '7').end());
    const answer = await ask(BLOB, { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, body: '', headers: { 'content-length': '7' } });
  });

  it('hands out a challenge under its own name, so that no browser asks for a password', async () => {
    const { ask } = await setUp((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('{"errors":[]}'),
    );
    const { status, headers, body } = await ask('proxy/r.example/v2/app/manifests/v1');
    expect({ status, body }).toEqual({ status: 401, body: '{"errors":[]}' });
    expect(headers['registry-authenticate']).toBe('Basic realm="x"');
    expect(headers['www-authenticate']).toBeUndefined();
  });

  it('fetches tokens where the configuration says', async () => {
    const tokens = createServer((request, response) =>
      response.end(JSON.stringify({ token: `${request.url} ${request.headers.authorization}` })),
    );
    const realm = `http://127.0.0.1:${await listening(tokens)}/token`;
    const { ask } = await setUp(() => undefined, { registry: { tokens: [realm] } });
    const headers = { 'registry-authorization': 'Basic bWU6cHc=' };
    const { body } = await ask(`proxy/r.example/token?realm=${encodeURIComponent(realm)}&service=s`, { headers });
    expect(JSON.parse(body)).toEqual({ token: '/token?service=s Basic bWU6cHc=' });
    const other = `http://127.0.0.1:${await listening(createServer())}/token`;
    expect(failureIn(await ask(`proxy/r.example/token?realm=${other}`, { headers }))).toEqual(
      refused(403, 'DENIED', `"${other}" is not where this page's server fetches tokens for r.example`),
    );
  });

  it('refuses what the configuration does not have, without asking anybody', async () => {
    const { ask, asked } = await setUp((_, response) => response.end());
    expect(failureIn(await ask('proxy/other.example/v2/'))).toEqual(refused(403, 'DENIED', '"other.example"'));
    expect(failureIn(await ask('proxy/r.example/v2/../../etc'))).toEqual(
      refused(404, 'UNSUPPORTED', 'nothing of a registry'),
    );
    expect(failureIn(await ask('proxy/r.example/v2/a%2f..%2fb/tags/list'))).toEqual(
      refused(404, 'UNSUPPORTED', 'nothing'),
    );
    expect(asked).toEqual([]);
  });

  it('is for its own page', async () => {
    const { ask, asked } = await setUp((_, response) => response.end());
    const from = async (headers: Record<string, string>): Promise<unknown> => failureIn(await ask(BLOB, { headers }));
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toEqual(refused(403, 'DENIED', 'other pages'));
    expect(await from({ 'sec-fetch-site': 'same-site' })).toEqual(refused(403, 'DENIED', 'other pages'));
    expect(await from({ origin: 'http://evil.example' })).toEqual(refused(403, 'DENIED', 'other pages'));
    expect(await from({ host: 'evil.example:8080' })).toEqual(
      refused(403, 'DENIED', 'not known as "evil.example:8080"'),
    );
    expect(asked).toEqual([]);
    const own = { host: 'localhost:1', origin: 'http://localhost:1' };
    expect(await ask(BLOB, { headers: own })).toMatchObject({ status: 200 });
    expect(await ask(BLOB, { headers: { 'sec-fetch-site': 'same-origin' } })).toMatchObject({ status: 200 });
  });
});

describe('redirects', () => {
  it('are followed to other hosts, without the password', async () => {
    const seen: unknown[] = [];
    const content = createServer((request, response) => {
      seen.push([request.url, request.headers.authorization, request.headers.range]);
      response.end('layer');
    });
    const port = await listening(content);
    const { ask, asked } = await setUp((_, response) =>
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
    const { ask, log } = await setUp((_, response) => response.writeHead(302, { location }).end());
    expect(failureIn(await ask(BLOB))).toEqual(refused(403, 'DENIED', message));
    expect(log).toEqual([]);
  });

  it.each([
    ['file:///etc/passwd', 'redirects to "file:///etc/passwd"'],
    ['', 'redirects to ""'],
  ])('to "%s" lead nowhere', async (location, message) => {
    const { ask } = await setUp((_, response) => response.writeHead(302, { location }).end());
    expect(failureIn(await ask(BLOB))).toEqual(refused(502, 'UNAVAILABLE', message));
  });

  it('end', async () => {
    const { ask, asked } = await setUp((_, response) => response.writeHead(302, { location: '/again' }).end());
    expect(failureIn(await ask(BLOB))).toEqual(refused(502, 'UNAVAILABLE', 'redirects more than 5 times'));
    expect(asked).toHaveLength(6);
  });

  it('of what has a password or a body are not followed', async () => {
    const { ask, upstream, asked } = await setUp(
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
    const { ask, asked } = await setUp((_, response) => response.end(), { registry: { privateAddresses: false } });
    expect(failureIn(await ask(BLOB))).toEqual(refused(403, 'DENIED', 'does not connect to the address 127.0.0.1'));
    expect(asked).toEqual([]);
  });

  it('are judged behind a name', async () => {
    const { ask } = await setUp(() => undefined, { registry: { privateAddresses: false, url: 'http://localhost:1' } });
    expect(failureIn(await ask(BLOB))).toEqual(refused(403, 'DENIED', 'does not connect to "localhost", which is '));
  });

  it('that nobody answers at are told', async () => {
    const { ask, log } = await setUp(() => undefined, { url: 'http://127.0.0.1:1' });
    expect(failureIn(await ask(BLOB))).toEqual(
      refused(502, 'UNAVAILABLE', "this page's server cannot reach 127.0.0.1:1: the connection was refused"),
    );
    expect(log).toEqual([expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:1\/v2\/app\/blobs\/sha256:a+: 502 /)]);
  });
});

describe('limits', () => {
  it('on what states its size', async () => {
    const { ask } = await setUp(
      (_, response) => response.setHeader('content-length', 2 ** 21).end(Buffer.alloc(2 ** 21)),
      {
        limits: { blobMegabytes: 1 },
      },
    );
    expect(failureIn(await ask(BLOB))).toEqual(refused(413, 'SIZE_INVALID', 'no more than 1 MiB'));
  });

  it('on the whole of which a part is asked for', async () => {
    const { ask } = await setUp(
      (_, response) => response.writeHead(206, { 'content-range': `bytes 9-9/${2 ** 21}` }).end('x'),
      { limits: { blobMegabytes: 1 } },
    );
    expect(failureIn(await ask(BLOB, { headers: { range: 'bytes=9-9' } }))).toEqual(
      refused(413, 'SIZE_INVALID', '1 MiB'),
    );
  });

  it('on what does not say its size, while it comes', async () => {
    const { ask, log } = await setUp(
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
    const { ask, asked } = await setUp((_, response) => response.end(Buffer.alloc(5 * 2 ** 20)), {
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
    const { ask, log } = await setUp(() => undefined, { limits: { idleSeconds: 0.05 } });
    expect(failureIn(await ask(BLOB))).toEqual(refused(504, 'UNAVAILABLE', 'nothing came for 0.05 s'));
    expect(log).toEqual([expect.stringContaining('504 ')]);
  });

  it('on silence within it', async () => {
    const { ask, log } = await setUp((_, response) => response.write('start'), { limits: { idleSeconds: 0.5 } });
    await expect(ask(BLOB)).rejects.toThrow('aborted');
    expect(log).toEqual([expect.stringContaining('nothing came for 0.5 s')]);
  });

  it('on the whole of it', async () => {
    const timers: NodeJS.Timeout[] = [];
    cleanUps.push(() => timers.forEach(clearInterval));
    const { ask, log } = await setUp((_, response) => void timers.push(setInterval(() => response.write('.'), 5)), {
      limits: { requestSeconds: 0.5 },
    });
    await expect(ask(BLOB)).rejects.toThrow('aborted');
    expect(log).toEqual([expect.stringContaining('it took more than 0.5 s')]);
  });

  it('on making the connection', async () => {
    // It takes the connection, and no part in the handshake.
    const port = await listening(createTcpServer((socket) => void socket.on('error', () => undefined).resume()));
    const { ask } = await setUp(() => undefined, {
      url: `https://127.0.0.1:${port}`,
      limits: { connectSeconds: 0.05 },
    });
    expect(failureIn(await ask(BLOB))).toEqual(refused(504, 'UNAVAILABLE', 'no connection within 0.05 s'));
  });

  it('on requests at once', async () => {
    const waiting: (() => void)[] = [];
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => (arrived = resolve));
    const { ask } = await setUp(
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
      void setUp((request, response) => {
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

describe('pushes', () => {
  it('go through where the configuration allows them, with where to go on as a path', async () => {
    let body = '';
    const { ask, asked, upstream } = await setUp(
      (request, response) => {
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          response
            .writeHead(202, { location: `${upstreamOf(request)}/v2/app/blobs/uploads/2?_state=a`, range: '0-4' })
            .end();
        });
      },
      { registry: { push: true } },
    );
    const headers = { 'content-range': '0-4', 'content-type': 'application/octet-stream' };
    const answer = await ask('proxy/r.example/v2/app/blobs/uploads/1?_state=b', {
      method: 'PATCH',
      headers,
      body: 'layer',
    });
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: '/v2/app/blobs/uploads/2?_state=a', range: '0-4' },
    });
    expect(body).toBe('layer');
    expect(asked[0]).toMatchObject({ method: 'PATCH', url: '/v2/app/blobs/uploads/1?_state=b' });
    expect(asked[0]?.headers).toMatchObject({ 'content-range': '0-4', 'content-type': 'application/octet-stream' });
    expect(upstream).toBe(`http://${asked[0]?.headers.host ?? ''}`);
  });

  it('are refused otherwise', async () => {
    const { ask } = await setUp(() => undefined);
    expect(failureIn(await ask('proxy/r.example/v2/app/blobs/uploads/', { method: 'POST' }))).toEqual(
      refused(403, 'DENIED', 'no pushes'),
    );
  });
});

describe('the log', () => {
  it('has no password, no token and no query', async () => {
    const { ask, log, upstream } = await setUp((request) => void request.destroy());
    const headers = { 'registry-authorization': 'Basic c2VjcmV0' };
    await ask(BLOB, { headers });
    await ask(`proxy/r.example/token?realm=${upstream}/token&account=secret`, { headers });
    expect(log).toHaveLength(2);
    expect(log.join()).not.toMatch(/secret|c2VjcmV0|Basic/);
  });
});

function upstreamOf({ headers }: IncomingMessage): string {
  return `http://${headers.host ?? ''}`;
}
