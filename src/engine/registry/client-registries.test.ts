// What the docker client hears of registries that it asks itself; and what they refuse.
import { describe, expect, it } from 'vitest';
import { clientRefusal } from './client-refusal.ts';
import { clientRegistries } from './client-registries.ts';

const manifest = '{"schemaVersion":2,"config":{},"layers":[]}';

function open(answer: (url: URL) => Response, { domain = 'reg.test', insecure = false } = {}) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url.href);
    return Promise.resolve().then(() => answer(url));
  };
  const registries = clientRegistries({ fetch, defaultRegistry: new URL('https://page.test/v2/') });
  const { signal } = new AbortController();
  return { asked, repository: registries.open({ domain, path: 'team/app', insecure, signal }) };
}

describe('clientRegistries', () => {
  it('tries plain HTTP only when it may', async () => {
    const onlyPlain = (url: URL): Response => {
      if (url.protocol === 'https:') throw new TypeError('no TLS there');
      return new Response(manifest);
    };
    const refused = open(onlyPlain);
    await expect(refused.repository).rejects.toThrow(
      'failed to configure transport: error pinging v2 registry: Cannot reach registry reg.test: ' +
        'GET https://reg.test/v2/ failed: no TLS there.',
    );
    const allowed = open(onlyPlain, { insecure: true });
    const repository = await allowed.repository;
    expect(repository.isPlain).toBe(true);
    expect((await repository.manifest('v1')).mediaType).toBe('application/vnd.oci.image.manifest.v1+json');
    expect(allowed.asked).toEqual([
      'https://reg.test/v2/',
      'http://reg.test/v2/',
      'http://reg.test/v2/team/app/manifests/v1',
    ]);
  });

  it('knows of a tree of files only what is not there', async () => {
    const html = { headers: { 'content-type': 'text/html' } };
    const repository = await open(() => new Response('<html>', { status: 404, ...html }), { domain: 'docker.io' })
      .repository;
    expect(repository.isPlain).toBe(false);
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'not-found' });
    await expect(repository.blob(`sha256:${'0'.repeat(64)}`)).rejects.toThrow('unknown blob');
  });

  it('checks digests', async () => {
    const repository = await open(() => new Response(manifest)).repository;
    const digest = `sha256:${'0'.repeat(64)}` as const;
    await expect(repository.manifest(digest)).rejects.toThrow(`manifest verification failed for digest ${digest}`);
    await expect(repository.blob(digest)).rejects.toThrow(`image config verification failed for digest ${digest}`);
  });
});

describe('clientRefusal', () => {
  const json = (...errors: object[]) =>
    clientRefusal(403, 'application/json; charset=utf-8', JSON.stringify({ errors }));
  const denied = { code: 'DENIED', message: 'requested access to the resource is denied' };
  const unauthorized = { code: 'UNAUTHORIZED', message: 'authentication required' };

  it('says what goes without saying only with a detail', () => {
    expect(json(denied)).toEqual({ message: 'denied', isAbsent: false });
    expect(json({ ...denied, detail: {} })).toEqual({
      message: 'denied: requested access to the resource is denied',
      isAbsent: false,
    });
  });

  it('lists several', () => {
    expect(json(denied, { ...unauthorized, detail: [] }).message).toBe(
      'errors:\ndenied\nunauthorized: authentication required\n',
    );
  });

  it('knows what means that there is nothing', () => {
    expect(json({ ...unauthorized, detail: [] }).isAbsent).toBe(true);
    expect(json(unauthorized).isAbsent).toBe(false);
    expect(json().isAbsent).toBe(true);
    expect(clientRefusal(401, 'text/plain', 'who?').isAbsent).toBe(true);
  });

  it('takes other answers as they are', () => {
    expect(clientRefusal(404, 'text/plain', 'nothing here').message).toBe('unknown: nothing here');
    expect(clientRefusal(502, null, '').message).toBe('received unexpected HTTP status: 502 Bad Gateway');
  });
});
