import { describe, expect, it } from 'vitest';
import { digestOf } from '../blob/sha256.ts';
import { parseChallenge } from './authorization.ts';
import { RegistryClient } from './client.ts';
import { endpointOf } from './endpoint.ts';
import { MEDIA_TYPES } from './manifest.ts';
import { RegistryTransport } from './registry-transport.ts';
import { parsePlatform, selectManifest } from './platform.ts';

const utf8 = new TextEncoder();
const digest = `sha256:${'cd'.repeat(32)}`;
const manifestText = JSON.stringify({
  schemaVersion: 2,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 2 },
  layers: [],
});

type Answer = (request: Request) => Response | Promise<Response>;

function clientOf(answer: Answer, credentials?: { username: string; password: string }, domain = 'reg.test') {
  const asked: Request[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    asked.push(request);
    return answer(request);
  };
  const endpoint = endpointOf(domain, new URL('https://page.test/sub/v2'));
  return { client: new RegistryClient(new RegistryTransport({ endpoint, fetch, credentials })), asked };
}

describe('endpointOf', () => {
  it('gives docker.io to the default registry, loopback plain HTTP and the rest HTTPS', () => {
    const base = (domain: string): string => endpointOf(domain, new URL('https://page.test/sub/v2/')).base.href;
    expect(base('docker.io')).toBe('https://page.test/sub/v2/');
    expect(base('ghcr.io')).toBe('https://ghcr.io/v2/');
    expect(base('localhost:5000')).toBe('http://localhost:5000/v2/');
    expect(base('127.0.0.1')).toBe('http://127.0.0.1/v2/');
    expect(base('[::1]:5000')).toBe('http://[::1]:5000/v2/');
    expect(base('localhost.example:80')).toBe('https://localhost.example:80/v2/');
  });
});

describe('RegistryClient', () => {
  it('reads a manifest without any media type from the host', async () => {
    const { client, asked } = clientOf(() => new Response(utf8.encode(manifestText)), undefined, 'docker.io');
    const { manifest, digest: found } = await client.manifest('library/app', 'latest');
    expect(manifest.kind).toBe('image');
    expect(found).toBe(await digestOf(utf8.encode(manifestText)));
    expect(asked[0]?.url).toBe('https://page.test/sub/v2/library/app/manifests/latest');
    for (const type of Object.values(MEDIA_TYPES)) expect(asked[0]?.headers.get('accept')).toContain(type);
  });

  it('fetches a token when it is asked for one, and keeps it', async () => {
    const { client, asked } = clientOf(
      (request) => {
        const url = new URL(request.url);
        if (url.pathname === '/token') return Response.json({ access_token: 'T' });
        if (request.headers.get('authorization') === 'Bearer T') return new Response(manifestText);
        const challenge = 'Bearer realm="https://auth.test/token",service="reg.test",scope="repository:app:pull"';
        return new Response('', { status: 401, headers: { 'www-authenticate': challenge } });
      },
      { username: 'me', password: 'pä:ss' },
    );
    await client.manifest('app', 'latest');
    await client.manifest('app', 'latest');
    expect(asked.map(({ url }) => url)).toEqual([
      'https://reg.test/v2/app/manifests/latest',
      'https://auth.test/token?service=reg.test&scope=repository%3Aapp%3Apull&account=me',
      'https://reg.test/v2/app/manifests/latest',
      'https://reg.test/v2/app/manifests/latest',
    ]);
    const sent = asked[1]?.headers.get('authorization')?.slice('Basic '.length) ?? '';
    expect(Buffer.from(sent, 'base64').toString()).toBe('me:pä:ss');
  });

  it.each([
    ['insufficient_scope', { registryCode: 'DENIED', message: 'denied: requested access to the resource is denied' }],
    ['invalid_token', { registryCode: 'UNAUTHORIZED', message: 'unauthorized: authentication required' }],
    ['none_of_these', { registryCode: 'UNAUTHORIZED', message: 'unauthorized: say please' }],
  ])('takes %s of a challenge for what it means', async (error, refusal) => {
    const { client } = clientOf(({ url }) =>
      new URL(url).pathname === '/token'
        ? Response.json({ token: 'T' })
        : Response.json(
            { errors: [{ code: 'UNAUTHORIZED', message: 'say please' }] },
            { status: 401, headers: { 'www-authenticate': `Bearer realm="https://auth.test/token",error="${error}"` } },
          ),
    );
    await expect(client.manifest('app', 'latest')).rejects.toMatchObject(refusal);
  });

  it('answers Basic only with credentials', async () => {
    const answer: Answer = (request) =>
      request.headers.has('authorization')
        ? new Response(manifestText)
        : new Response('', { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } });
    await clientOf(answer, { username: 'me', password: 'x' }).client.manifest('app', 'latest');
    await expect(clientOf(answer).client.manifest('app', 'latest')).rejects.toMatchObject({
      code: 'unauthorized',
      message: 'no basic auth credentials',
    });
  });

  it('hands on what the registry says, of a closed list', async () => {
    const said = (status: number, body: string) =>
      clientOf(() => new Response(body, { status, headers: { 'retry-after': '3600' } })).client.manifest(
        'app',
        'latest',
      );
    const listed = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message }] });
    await expect(said(404, listed('NAME_UNKNOWN', 'no such repo'))).rejects.toMatchObject({
      registryCode: 'NAME_UNKNOWN',
      code: 'not-found',
      message: 'name unknown: no such repo',
      request: 'GET https://reg.test/v2/app/manifests/latest',
    });
    // What only says the code again is not shown twice, as long as there are no details.
    await expect(said(404, listed('MANIFEST_UNKNOWN', 'manifest unknown'))).rejects.toMatchObject({
      registryCode: 'MANIFEST_UNKNOWN',
      message: 'manifest unknown',
      isOnlyCode: true,
    });
    const detailed = { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail: { Tag: 'latest' } };
    await expect(said(404, JSON.stringify({ errors: [detailed] }))).rejects.toMatchObject({
      message: 'manifest unknown: manifest unknown',
      isOnlyCode: false,
    });
    await expect(said(429, listed('TOOMANYREQUESTS', 'slow down'))).rejects.toMatchObject({
      message: 'toomanyrequests: slow down',
      retryable: false,
    });
    await expect(said(503, '<html>')).rejects.toMatchObject({
      registryCode: 'UNAVAILABLE',
      code: 'unavailable',
      retryable: true,
    });
    await expect(said(400, listed('SOMETHING_ELSE', 'odd'))).rejects.toMatchObject({ registryCode: 'UNKNOWN' });
    await expect(said(403, 'x'.repeat(1 << 20))).rejects.toMatchObject({ registryCode: 'DENIED', code: 'forbidden' });
  });

  it('takes the page of a single-page app for a missing file', async () => {
    const page = (): Response => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
    await expect(clientOf(page).client.manifest('app', 'latest')).rejects.toMatchObject({ registryCode: 'DENIED' });
    await expect(clientOf(page).client.blob('app', `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({
      registryCode: 'BLOB_UNKNOWN',
    });
  });

  it('refuses manifests that are not what they are called', async () => {
    const answered = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
      clientOf(() => new Response(body, { headers })).client.manifest('app', 'latest');
    await expect(answered('not json')).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining('not JSON'),
    });
    await expect(answered('{"schemaVersion":2}')).rejects.toMatchObject({
      code: 'data-loss',
      message: expect.stringContaining('config'),
    });
    await expect(answered('{"schemaVersion":1}')).rejects.toThrow(
      'Suggest the author of reg.test/app:latest to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2.',
    );
    await expect(answered(manifestText, { 'docker-content-digest': digest })).rejects.toThrow(
      'manifest verification failed',
    );
    await expect(answered(new Uint8Array(5 << 20))).rejects.toThrow('more than 4194304 bytes');
    const { client } = clientOf(() => new Response(manifestText));
    await expect(client.manifest('app', digest)).rejects.toThrow(`manifest verification failed for digest ${digest}`);
  });

  it('tells an abort from a broken network', async () => {
    const { client } = clientOf((request) => {
      request.signal.throwIfAborted();
      throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
    });
    await expect(client.manifest('app', 'latest')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('fetch failed (ECONNREFUSED)'),
    });
    await expect(client.manifest('app', 'latest', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('parseChallenge', () => {
  it('reads quoted, escaped and plain parameters', () => {
    expect(parseChallenge('Bearer realm="https://a/b?c=d,e",scope="x \\"y\\"", error=expired')).toEqual({
      scheme: 'bearer',
      parameters: { realm: 'https://a/b?c=d,e', scope: 'x "y"', error: 'expired' },
    });
    expect(parseChallenge('')).toBeUndefined();
  });
});

describe('platforms', () => {
  const index = {
    schemaVersion: 2 as const,
    manifests: ['amd64', '386', 'arm'].map((architecture, i) => ({
      mediaType: MEDIA_TYPES.ociManifest,
      digest: `sha256:${String(i).repeat(64)}` as const,
      size: 1,
      platform: { os: 'linux', architecture, ...(architecture === 'arm' && { variant: 'v7' }) },
    })),
  };

  it('are matched by system, architecture and, where both have one, variant', () => {
    expect(selectManifest(index, parsePlatform('linux/i386')).digest).toMatch(/^sha256:1/);
    expect(selectManifest(index, parsePlatform('arm')).digest).toMatch(/^sha256:2/);
    expect(() => selectManifest(index, parsePlatform('linux/arm/v6'))).toThrow(
      /^no matching manifest for linux\/arm\/v6 in the manifest list entries: the image has only linux\/386, linux\/amd64, linux\/arm\/v7$/,
    );
    const others = index.manifests.filter(({ platform }) => platform.architecture !== '386');
    const attestation = {
      ...others[0],
      platform: { os: 'unknown', architecture: 'unknown' },
    } as (typeof others)[number];
    expect(() => selectManifest({ ...index, manifests: [...others, attestation] }, parsePlatform('linux/386'))).toThrow(
      'no matching manifest for linux/386 in the manifest list entries: the image has only linux/amd64, linux/arm/v7. ' +
        'This machine runs nothing else: look for another tag or image that has it',
    );
  });

  it('are refused when unknown', () => {
    expect(() => parsePlatform('toaster')).toThrow(
      '"toaster": unknown operating system or architecture: invalid argument',
    );
    expect(() => parsePlatform('a/b/c/d')).toThrow('invalid');
  });
});
