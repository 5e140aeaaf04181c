// A registry on this machine that does as the large ones do: tokens from another host, an error for what a token is not for,
// and layers from a third host.
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeRegistry } from '../../src/engine/registry/testing/fake-registry.ts';

export interface TokenRegistry {
  readonly url: string;
  /** Where tokens come from. */
  readonly realm: string;
  /** Names and passwords that tokens were asked for with, `-` for none. */
  readonly logins: readonly string[];
  close(): Promise<void>;
}

export async function startTokenRegistry({ files }: FakeRegistry): Promise<TokenRegistry> {
  const logins: string[] = [];
  const content = await listen((request, response) => {
    // Its addresses are signed, and it takes no other password beside.
    if (request.headers.authorization !== undefined) return response.writeHead(400).end('two passwords');
    response.end(files.get((request.url ?? '').slice(1)));
  });
  const tokens = await listen((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://tokens');
    logins.push(request.headers.authorization ?? '-');
    const scopes = searchParams.getAll('scope').filter((scope) => !scope.includes('nosuch'));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ token: `for ${scopes.join()}` }));
  });
  const realm = `${tokens.url}/token`;
  const registry = await listen((request, response) => {
    const path = (request.url ?? '').slice('/v2/'.length);
    const [, repository = ''] = /^(.+)\/(?:manifests|blobs|tags)\//.exec(path) ?? [];
    const scope = `repository:${repository}:pull`;
    const { authorization } = request.headers;
    if (authorization !== `Bearer for ${scope}`) {
      const error = authorization === undefined ? '' : ',error="insufficient_scope"';
      response.setHeader('www-authenticate', `Bearer realm="${realm}",service="fake",scope="${scope}"${error}`);
      response.writeHead(401, { 'content-type': 'application/json' });
      return response.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
    }
    const bytes = files.get(path);
    if (bytes === undefined) {
      return response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    }
    return path.includes('/blobs/')
      ? response.writeHead(307, { location: `${content.url}/${path}` }).end()
      : response.end(bytes);
  });
  return {
    url: registry.url,
    realm,
    logins,
    async close() {
      await Promise.all([registry, tokens, content].map(({ server }) => closed(server)));
    },
  };
}

async function listen(answer: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
