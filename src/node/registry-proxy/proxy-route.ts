// From the path of a request to what it wants of which registry. Nothing is decoded: an address that is not spelled as the
// distribution spec has it is none of ours, whatever a registry would make of it.
import { PROXY_FOLDER } from '../../contracts/registry-proxy.ts';
import type { ProxiedRegistry, ProxyConfig } from './proxy-config.ts';
import { denied, ProxyFailure } from './proxy-failure.ts';

export interface ProxyRoute {
  readonly kind: 'api' | 'blob' | 'upload' | 'token' | 'search';
  readonly registry: ProxiedRegistry;
  readonly method: string;
  readonly url: URL;
}

const part = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const repository = `${part}(?:/${part})*`;
const digest = 'sha256:[0-9a-f]{64}';
const tag = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const MAX_URL_LENGTH = 8192;

const ADDRESS = /^([a-z0-9.-]+(?::\d{1,5})?)\/([^?]*)(?:\?(.*))?$/;
const BASE = /^v2\/$/;
const MANIFEST = new RegExp(`^v2/(?<repository>${repository})/manifests/(?:${tag}|${digest})$`);
const TAGS = new RegExp(`^v2/(?<repository>${repository})/tags/list$`);
const BLOB = new RegExp(`^v2/(?<repository>${repository})/blobs/${digest}$`);
const UPLOAD = new RegExp(`^v2/(?<repository>${repository})/blobs/uploads/(?<session>[A-Za-z0-9._~=-]*)$`);

/**
 * @param address without query or fragment of ours: what follows PROXY_FOLDER
 * @throws ProxyFailure 403 for what the configuration does not allow, 404 and 405 for what no registry has
 */
export function routeOf(config: ProxyConfig, method: string, address: string): ProxyRoute {
  const [, name = '', path = '', query = ''] = ADDRESS.exec(address) ?? [];
  if (name === '' || address.length > MAX_URL_LENGTH) throw noSuchAddress();
  const registry = config.registries.get(name);
  if (registry === undefined) {
    const list = [...config.registries.keys()].join(', ') || 'none';
    throw denied(`this page's server does not pass on requests to "${name}": its configuration has ${list}`);
  }
  if (path === 'token') return tokenRoute(registry, method, query);
  const parameters = new URLSearchParams(query);
  if (path === 'v1/search')
    return { kind: 'search', registry, method: reading(method), url: searchUrl(registry, parameters) };
  if (BASE.test(path)) return { kind: 'api', registry, method: reading(method), url: new URL('/v2/', registry.url) };
  const upload = UPLOAD.exec(path)?.groups;
  if (upload !== undefined) return uploadRoute(registry, method, `/${path}?${query}`, upload);
  const url = new URL(`/${path}`, registry.url);
  const manifest = MANIFEST.exec(path)?.groups?.['repository'];
  if (manifest !== undefined) {
    requireRepository(registry, manifest);
    if (method === 'PUT') requirePush(registry);
    return { kind: 'api', registry, method: method === 'PUT' ? method : reading(method), url };
  }
  const tags = TAGS.exec(path)?.groups?.['repository'];
  if (tags !== undefined) {
    requireRepository(registry, tags);
    copyParameters(parameters, url, ['n', 'last']);
    return { kind: 'api', registry, method: reading(method), url };
  }
  const blob = BLOB.exec(path)?.groups?.['repository'];
  if (blob === undefined) throw noSuchAddress();
  requireRepository(registry, blob);
  return { kind: 'blob', registry, method: reading(method), url };
}

/** The realm is what the registry named; who else would be sent the learner's password decides the configuration. */
function tokenRoute(registry: ProxiedRegistry, method: string, query: string): ProxyRoute {
  if (method !== 'GET' && method !== 'POST') throw notAllowed(method);
  const parameters = new URLSearchParams(query);
  const realm = parameters.get('realm') ?? '';
  const at = URL.canParse(realm) ? new URL(realm) : undefined;
  const isListed = at !== undefined && registry.tokens.includes(at.origin + at.pathname);
  if (at === undefined || !(isListed || at.origin === registry.url.origin) || at.username + at.password !== '') {
    throw denied(
      `"${realm.slice(0, 200)}" is not where this page's server fetches tokens for ${registry.name}: its configuration can list it in "tokens"`,
    );
  }
  const url = new URL(at.origin + at.pathname);
  parameters.delete('realm');
  url.search = parameters.toString();
  return { kind: 'token', registry, method, url };
}

function uploadRoute(
  registry: ProxiedRegistry,
  method: string,
  address: string,
  { repository: name = '', session = '' }: Record<string, string>,
): ProxyRoute {
  const methods = session === '' ? ['POST'] : ['GET', 'PATCH', 'PUT', 'DELETE'];
  if (!methods.includes(method)) throw notAllowed(method);
  requireRepository(registry, name);
  requirePush(registry);
  const url = new URL(address, registry.url);
  const from = url.searchParams.get('from');
  if (from !== null) requireRepository(registry, from);
  return { kind: 'upload', registry, method, url };
}

function searchUrl(registry: ProxiedRegistry, parameters: URLSearchParams): URL {
  const url = new URL('/v1/search', registry.search);
  copyParameters(parameters, url, ['q', 'n']);
  return url;
}

function copyParameters(from: URLSearchParams, to: URL, names: readonly string[]): void {
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) to.searchParams.set(name, value);
  }
}

function requireRepository(registry: ProxiedRegistry, name: string): void {
  if (registry.allows(name)) return;
  throw denied(`this page's server does not pass on requests for "${name}" of ${registry.name}`);
}

function requirePush({ push, name }: ProxiedRegistry): void {
  if (push) return;
  throw denied(
    `this page's server passes on pulls from ${name} and no pushes: "push" of its configuration allows them`,
  );
}

function reading(method: string): string {
  if (method === 'GET' || method === 'HEAD') return method;
  throw notAllowed(method);
}

function notAllowed(method: string): ProxyFailure {
  return new ProxyFailure(405, 'UNSUPPORTED', `this page's server does not pass on ${method} to that address`);
}

function noSuchAddress(): ProxyFailure {
  return new ProxyFailure(404, 'UNSUPPORTED', `nothing of a registry is at that address below ${PROXY_FOLDER}`);
}
