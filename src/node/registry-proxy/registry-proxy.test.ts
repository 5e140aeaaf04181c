import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { BLOB, DIGEST, failureIn, listening, refused, setUpProxy } from './testing/proxy-setup.ts';

describe('RegistryProxy', () => {
  it('lists what it passes on', async () => {
    const { ask } = await setUpProxy(() => undefined, { registry: { push: true } });
    const { body } = await ask('proxy/registries.json');
    expect(JSON.parse(body)).toEqual({ registries: [{ name: 'r.example', push: true }] });
  });

  it('passes bytes on as they are, with the headers of the protocol and no others', async () => {
    const { ask, asked } = await setUpProxy((_, response) => {
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
    const { ask } = await setUpProxy((_, response) => response.setHeader('content-length', '7').end());
    const answer = await ask(BLOB, { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, body: '', headers: { 'content-length': '7' } });
  });

  it('hands out a challenge under its own name, so that no browser asks for a password', async () => {
    const { ask } = await setUpProxy((_, response) =>
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
    const { ask } = await setUpProxy(() => undefined, { registry: { tokens: [realm] } });
    const headers = { 'registry-authorization': 'Basic bWU6cHc=' };
    const { body } = await ask(`proxy/r.example/token?realm=${encodeURIComponent(realm)}&service=s`, { headers });
    expect(JSON.parse(body)).toEqual({ token: '/token?service=s Basic bWU6cHc=' });
    const other = `http://127.0.0.1:${await listening(createServer())}/token`;
    expect(failureIn(await ask(`proxy/r.example/token?realm=${other}`, { headers }))).toEqual(
      refused(403, 'DENIED', `"${other}" is not where this page's server fetches tokens for r.example`),
    );
  });

  it('refuses what the configuration does not have, without asking anybody', async () => {
    const { ask, asked } = await setUpProxy((_, response) => response.end());
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
    const { ask, asked } = await setUpProxy((_, response) => response.end());
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

describe('the log', () => {
  it('has no password, no token and no query', async () => {
    const { ask, log, upstream } = await setUpProxy((request) => void request.destroy());
    const headers = { 'registry-authorization': 'Basic c2VjcmV0' };
    await ask(BLOB, { headers });
    await ask(`proxy/r.example/token?realm=${upstream}/token&account=secret`, { headers });
    expect(log).toHaveLength(2);
    expect(log.join()).not.toMatch(/secret|c2VjcmV0|Basic/);
  });
});
