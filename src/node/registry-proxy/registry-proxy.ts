// Passes the page's requests on to the registries of the configuration, since registries do not let pages in (CORS). It keeps
// nothing: names and passwords go through, and into no log.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { PROXY_FOLDER, REGISTRY_LIST } from '../../contracts/registry-proxy.ts';
import type { RegistryList } from '../../contracts/registry-proxy.ts';
import { foreignPage } from './foreign-page.ts';
import { LimitedBytes, tooLarge } from './limited-bytes.ts';
import type { ProxyConfig } from './proxy-config.ts';
import { answerFailure, denied, ProxyFailure } from './proxy-failure.ts';
import { headersToPage, headersToRegistry } from './proxy-headers.ts';
import { routeOf } from './proxy-route.ts';
import type { ProxyRoute } from './proxy-route.ts';
import { tooSlow, Upstream } from './upstream.ts';

const MEBIBYTE = 1024 ** 2;
/** Of what is no blob: manifests, lists, errors (the distribution spec wants 4 MiB of a manifest at least). */
const MAX_DOCUMENT_BYTES = 4 * MEBIBYTE;
const MAX_TOKEN_BYTES = 64 * 1024;

export interface RegistryProxyOptions {
  readonly config: ProxyConfig;
  /** Where the server listens. */
  readonly listenHost: string;
  /** What went wrong on the way to a registry, for the operator. */
  readonly log?: (line: string) => void;
}

export class RegistryProxy {
  readonly #options: RegistryProxyOptions;
  readonly #upstreams: ReadonlyMap<string, Upstream>;
  #underWay = 0;

  constructor(options: RegistryProxyOptions) {
    this.#options = options;
    const { registries, limits } = options.config;
    this.#upstreams = new Map(
      [...registries.values()].map(({ name, privateAddresses }) => [name, new Upstream(privateAddresses, limits)]),
    );
  }

  /** Ends the connections that are kept for later requests. */
  close(): void {
    for (const upstream of this.#upstreams.values()) upstream.close();
  }

  /**
   * @param address below the site: with PROXY_FOLDER, without a slash before it
   * @returns whether it is one of ours
   */
  handle(request: IncomingMessage, response: ServerResponse, address: string): boolean {
    if (!address.startsWith(PROXY_FOLDER)) return false;
    if (address === REGISTRY_LIST) this.#list(request, response);
    else void this.#pass(request, response, address.slice(PROXY_FOLDER.length));
    return true;
  }

  #list({ method }: IncomingMessage, response: ServerResponse): void {
    const registries = [...this.#options.config.registries.values()].map(({ name, push }) => ({ name, push }));
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache' });
    response.end(method === 'HEAD' ? undefined : JSON.stringify({ registries } satisfies RegistryList));
  }

  async #pass(request: IncomingMessage, response: ServerResponse, address: string): Promise<void> {
    const { config } = this.#options;
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    this.#underWay++;
    let route: ProxyRoute | undefined;
    try {
      const foreign = foreignPage(request.headers, { ...this.#options, hosts: config.hosts });
      if (foreign !== undefined) throw denied(foreign);
      route = routeOf(config, request.method ?? 'GET', address);
      if (this.#underWay > config.limits.requestsAtOnce) throw tooMany(config.limits.requestsAtOnce);
      await this.#passTo(route, request, response, gone);
    } catch (error) {
      const known = failureOf(gone.signal.reason) ?? failureOf(error);
      // Whoever went away needs no answer.
      if (known === undefined && gone.signal.aborted) return;
      const failure = known ?? brokeOff(error);
      // Without the query, which may hold an account's name.
      if (failure.status >= 413 && route !== undefined) {
        this.#options.log?.(
          `${route.method} ${route.url.origin}${route.url.pathname}: ${failure.status} ${failure.message}`,
        );
      }
      answerFailure(response, failure);
    } finally {
      this.#underWay--;
    }
  }

  async #passTo(
    route: ProxyRoute,
    request: IncomingMessage,
    response: ServerResponse,
    gone: AbortController,
  ): Promise<void> {
    const { limits } = this.#options.config;
    const { registry, method, url, kind } = route;
    const upstream = this.#upstreams.get(registry.name);
    if (upstream === undefined) throw denied(`"${registry.name}" is not configured`);
    const timer = setTimeout(
      () => gone.abort(tooSlow(url, `it took more than ${limits.requestSeconds} s`)),
      limits.requestSeconds * 1000,
    );
    try {
      const isSmall = kind === 'token' || kind === 'search' || kind === 'api';
      const blobBytes = limits.blobMegabytes * MEBIBYTE;
      const maxBytes = kind === 'token' ? MAX_TOKEN_BYTES : isSmall ? MAX_DOCUMENT_BYTES : blobBytes;
      const body = bodyOf(request, method, maxBytes);
      const headers = headersToRegistry(request.headers);
      if (body === undefined) delete headers['content-length'];
      const follow = (method === 'GET' || method === 'HEAD') && kind !== 'token';
      const answer = await upstream.send(
        { method, url, headers, control: gone, ...(body !== undefined && { body }) },
        follow,
      );
      const isBlob = kind === 'blob' && (answer.statusCode ?? 0) < 300;
      await answerWith(answer, response, {
        origin: registry.url.origin,
        maxBytes: isBlob ? blobBytes : Math.min(maxBytes, MAX_DOCUMENT_BYTES),
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

function bodyOf(request: IncomingMessage, method: string, maxBytes: number): LimitedBytes | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  return request.pipe(new LimitedBytes(maxBytes));
}

async function answerWith(
  answer: IncomingMessage,
  response: ServerResponse,
  { origin, maxBytes }: { origin: string; maxBytes: number },
): Promise<void> {
  const { 'content-range': range = '', 'content-length': length = '0' } = answer.headers;
  // Of a part, what counts is the whole.
  const [, total = '0'] = /\/(\d+)$/.exec(range) ?? [];
  if (Math.max(Number(length), Number(total)) > maxBytes) {
    answer.destroy();
    throw tooLarge(maxBytes);
  }
  response.writeHead(answer.statusCode ?? 502, headersToPage(answer.headers, origin));
  await pipeline(answer, new LimitedBytes(maxBytes), response);
}

function failureOf(error: unknown): ProxyFailure | undefined {
  return error instanceof ProxyFailure ? error : undefined;
}

function brokeOff(error: unknown): ProxyFailure {
  const why = error instanceof Error ? error.message : String(error);
  return new ProxyFailure(502, 'UNAVAILABLE', `this page's server lost the registry: ${why}`, error);
}

function tooMany(max: number): ProxyFailure {
  return new ProxyFailure(429, 'TOOMANYREQUESTS', `this page's server passes on ${max} requests at once`);
}
