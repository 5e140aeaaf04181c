import { describe, expect, it } from 'vitest';
import { PageRegistries } from './page-registries.ts';

const site = new URL('https://school.test/some/where/');
const PASSES_ON = '{"registries":[{"name":"docker.io","push":false},{"name":"quay.io","push":true}]}';

type Files = Readonly<Record<string, Response | string | (() => Response)>>;

function setUp(files: Files, { isOffline = false } = {}) {
  const asked: Request[] = [];
  const registries = new PageRegistries({
    site,
    isOffline: () => isOffline,
    fetch: (input, init) => {
      const request = new Request(input, init);
      asked.push(request);
      const url = new URL(request.url);
      const answer = files[request.url.replace(site.href, '')];
      if (url.origin !== site.origin && answer === undefined) return Promise.reject(new TypeError('Failed to fetch'));
      if (answer === undefined) return Promise.resolve(new Response('no such file', { status: 404 }));
      return Promise.resolve(
        typeof answer === 'function' ? answer() : new Response(answer instanceof Response ? answer.body : answer),
      );
    },
  });
  const paths = (): string[] => asked.map(({ method, url }) => `${method} ${url.replace(site.href, '')}`);
  return { registries, asked, paths };
}

async function textOf(response: Promise<Response>): Promise<string> {
  return (await response).text();
}

async function errorIn(response: Promise<Response>): Promise<unknown> {
  const { errors } = (await (await response).json()) as { errors: unknown[] };
  return errors[0];
}

describe('images of docker.io', () => {
  it('come from beside the page, without asking for more and without the password', async () => {
    const { registries, asked, paths } = setUp({ 'v2/library/busybox/manifests/latest': 'manifest' });
    const url = new URL('library/busybox/manifests/latest', registries.tree);
    expect(await textOf(registries.fetch(url, { headers: { Authorization: 'Bearer t', Accept: 'a/b' } }))).toBe(
      'manifest',
    );
    expect(paths()).toEqual(['GET v2/library/busybox/manifests/latest']);
    expect(asked[0]?.headers.get('authorization')).toBeNull();
    expect(asked[0]?.headers.get('accept')).toBe('a/b');
  });

  it.each([
    ['is not there', () => new Response('no', { status: 404 })],
    ['is the page of a single-page host', () => new Response('<p>', { headers: { 'content-type': 'text/html' } })],
  ])('come through the server when what lies beside the page %s', async (_, missing) => {
    const { registries, asked, paths } = setUp({
      'v2/library/alpine/manifests/3': missing,
      'proxy/registries.json': PASSES_ON,
      'proxy/docker.io/v2/library/alpine/manifests/3': 'from the hub',
    });
    const url = new URL('library/alpine/manifests/3', registries.tree);
    expect(await textOf(registries.fetch(url, { headers: { Authorization: 'Bearer t' } }))).toBe('from the hub');
    expect(await textOf(registries.fetch(url))).toBe('from the hub');
    expect(paths()).toEqual([
      'GET v2/library/alpine/manifests/3',
      'GET proxy/registries.json',
      'GET proxy/docker.io/v2/library/alpine/manifests/3',
      'GET v2/library/alpine/manifests/3',
      'GET proxy/docker.io/v2/library/alpine/manifests/3',
    ]);
    expect(asked[2]?.headers.get('registry-authorization')).toBe('Bearer t');
    expect(asked[2]?.headers.get('authorization')).toBeNull();
  });

  it('are pushed and searched for there, never beside the page', async () => {
    const upload = () => new Response('', { status: 202, headers: { location: '/v2/me/x/blobs/uploads/1?_state=a' } });
    const { registries, paths } = setUp({
      'proxy/registries.json': PASSES_ON,
      'proxy/docker.io/v2/me/x/blobs/uploads/': upload,
      'proxy/docker.io/v1/search?q=web': 'found',
    });
    const sent = await registries.fetch(new URL('me/x/blobs/uploads/', registries.tree), { method: 'POST' });
    expect(sent.headers.get('location')).toBe('https://school.test/some/where/v2/me/x/blobs/uploads/1?_state=a');
    expect(await textOf(registries.fetch(new URL('../v1/search?q=web', registries.tree)))).toBe('found');
    expect(paths()).not.toContain('POST v2/me/x/blobs/uploads/');
  });

  it('that are nowhere are explained in the words of a registry', async () => {
    const files = { 'v2/_catalog': '{"repositories":["library/busybox","team/app"]}' };
    const { registries } = setUp(files);
    expect(await errorIn(registries.fetch(new URL('library/alpine/manifests/3', registries.tree)))).toEqual({
      code: 'DENIED',
      message:
        'requested access to the resource is denied. Beside this page there are "busybox", "team/app", and this page\'s ' +
        'server passes on no requests to registries; that of "npm start" does (docs/hosting.md)',
    });
    const withoutHub = setUp({ ...files, 'proxy/registries.json': '{"registries":[{"name":"quay.io","push":true}]}' });
    expect(
      await errorIn(withoutHub.registries.fetch(new URL('library/alpine/manifests/3', registries.tree))),
    ).toMatchObject({
      message: expect.stringContaining(
        "this page's server passes requests on to quay.io and not to Docker Hub",
      ) as string,
    });
  });

  it('that are only where its server cannot go are told with those that are here', async () => {
    const why = { errors: [{ code: 'UNAVAILABLE', message: 'this server is offline' }] };
    const { registries } = setUp({
      'v2/_catalog': '{"repositories":["library/busybox"]}',
      'proxy/registries.json': PASSES_ON,
      'proxy/docker.io/v2/library/alpine/manifests/3': () => Response.json(why, { status: 502 }),
      'proxy/docker.io/v2/library/alpine/manifests/4': () => new Response('<p>bad gateway', { status: 502 }),
    });
    const answer = await registries.fetch(new URL('library/alpine/manifests/3', registries.tree));
    expect(answer.status).toBe(502);
    expect(await errorIn(Promise.resolve(answer))).toEqual({
      code: 'UNAVAILABLE',
      message: 'this server is offline. Beside this page there are "busybox"',
    });
    expect(await textOf(registries.fetch(new URL('library/alpine/manifests/4', registries.tree)))).toBe(
      '<p>bad gateway',
    );
  });

  it('of which another tag is there are told by their tags', async () => {
    const { registries } = setUp({ 'v2/library/nginx/tags/list': '{"tags":["latest","1.22"]}' });
    expect(await errorIn(registries.fetch(new URL('library/nginx/manifests/9', registries.tree)))).toEqual({
      code: 'MANIFEST_UNKNOWN',
      message: expect.stringContaining('manifest unknown. Beside this page there is "latest", "1.22" of it') as string,
    });
  });
});

describe('other registries', () => {
  it('are asked through the server that passes on to them, tokens included', async () => {
    const challenge = 'Bearer realm="https://auth.test/token",service="quay.io",scope="a"';
    const { registries, asked, paths } = setUp({
      'proxy/registries.json': PASSES_ON,
      'proxy/quay.io/v2/x/tags/list?n=1': () =>
        new Response('{}', {
          status: 401,
          headers: { 'registry-authenticate': challenge, link: '</v2/x/tags/list?last=a>; rel="next"' },
        }),
      'proxy/quay.io/token?realm=https%3A%2F%2Fauth.test%2Ftoken&service=quay.io': '{"token":"t"}',
    });
    const answer = await registries.fetch('https://quay.io/v2/x/tags/list?n=1');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(challenge);
    expect(answer.headers.get('link')).toBe('<https://quay.io/v2/x/tags/list?last=a>; rel="next"');
    const headers = { Authorization: 'Basic bWU6cHc=' };
    expect(await textOf(registries.fetch('https://auth.test/token?service=quay.io', { headers }))).toBe(
      '{"token":"t"}',
    );
    expect(asked.at(-1)?.headers.get('registry-authorization')).toBe('Basic bWU6cHc=');
    expect(paths()).toHaveLength(3);
  });

  it('that are not on its list are asked directly', async () => {
    const { registries } = setUp({ 'proxy/registries.json': PASSES_ON, 'https://open.test/v2/': 'let in' });
    expect(await textOf(registries.fetch('https://open.test/v2/'))).toBe('let in');
    await expect(registries.fetch('https://ghcr.io/v2/x/manifests/1')).rejects.toMatchObject({
      message:
        'nobody is there, or it does not let pages in (CORS), as Docker Hub and most registries, and ' +
        "this page's server passes on requests only to docker.io, quay.io",
      cause: expect.objectContaining({ message: 'Failed to fetch' }) as Error,
    });
  });

  it('cannot be asked without a server that passes on, or offline', async () => {
    const ask = (registries: PageRegistries): Promise<unknown> => registries.fetch('https://ghcr.io/v2/x/manifests/1');
    await expect(ask(setUp({}).registries)).rejects.toThrow("this page's server passes on no requests");
    await expect(ask(setUp({ 'proxy/registries.json': '<p>page' }).registries)).rejects.toThrow(
      'passes on no requests',
    );
    await expect(ask(setUp({}, { isOffline: true }).registries)).rejects.toThrow('this device is offline');
  });

  it('are no matter of what is no registry', async () => {
    const { registries, paths } = setUp({ 'proxy/registries.json': PASSES_ON, 'https://quay.io/files/a.tar': 'tar' });
    expect(await textOf(registries.fetch('https://quay.io/files/a.tar'))).toBe('tar');
    expect(paths()).toEqual(['GET https://quay.io/files/a.tar']);
  });

  it('are looked for again when nobody said which there are', async () => {
    let isThere = false;
    const registries = new PageRegistries({
      site,
      isOffline: () => !isThere,
      fetch: (input) => {
        if (!isThere) return Promise.reject(new TypeError('Failed to fetch'));
        const isList = String(input).endsWith('/registries.json');
        return Promise.resolve(new Response(isList ? PASSES_ON : `from ${String(input)}`));
      },
    });
    await expect(registries.fetch('https://quay.io/v2/')).rejects.toThrow('this device is offline');
    await expect(registries.fetch(new URL('library/x/manifests/1', registries.tree))).rejects.toThrow('is offline');
    isThere = true;
    expect(await textOf(registries.fetch('https://quay.io/v2/'))).toBe(`from ${site.href}proxy/quay.io/v2/`);
  });

  it('stop when they are told to', async () => {
    const stopped = new AbortController();
    stopped.abort();
    const { registries } = setUp({});
    await expect(registries.fetch('https://ghcr.io/v2/', { signal: stopped.signal })).rejects.toThrow(
      'Failed to fetch',
    );
  });
});
