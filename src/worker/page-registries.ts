// How a page reaches registries, for an engine that knows nothing of it: images that lie beside the page; what is not among
// them, by the page's own server, if that passes requests on; any other registry directly, which only few let a page do.
import type { RegistryList } from '../contracts/registry-proxy.ts';
import {
  AUTHORIZATION_HEADER,
  CHALLENGE_HEADER,
  PROXY_FOLDER,
  REGISTRY_LIST,
  registryListSchema,
} from '../contracts/registry-proxy.ts';
import { parseChallenge } from '../engine/registry/authorization.ts';
import { missingImage, unreachableHub } from '../engine/registry/missing-image.ts';
import type { MissingImage } from '../engine/registry/missing-image.ts';

const DOCKER_HUB = 'docker.io';
const NO_PROXY = 'this page\'s server passes on no requests to registries; that of "npm start" does (docs/hosting.md)';

export interface PageRegistriesOptions {
  /** The folder of the page, with a trailing slash. */
  readonly site: URL;
  readonly fetch: typeof fetch;
  readonly isOffline: () => boolean;
}

export class PageRegistries {
  readonly #options: PageRegistriesOptions;
  /** Beside the page; stands for docker.io. */
  readonly tree: URL;
  #list: Promise<RegistryList['registries']> | undefined;
  /** Which registry named a source of tokens: those come the way that its challenge came. */
  readonly #tokenSources = new Map<string, string>();

  constructor(options: PageRegistriesOptions) {
    this.#options = options;
    this.tree = new URL('v2/', options.site);
  }

  /** Answers have no address: where they go on is said as if the registry itself had been asked. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    // The engine gives addresses; a request of somebody else's making is none of ours.
    if (input instanceof Request) return this.#options.fetch(input, init);
    const url = new URL(input);
    const asRegistry = url.origin + url.pathname;
    if (url.href.startsWith(this.tree.href)) return this.#fromTree(url, init);
    const tokensOf = this.#tokenSources.get(asRegistry);
    if (tokensOf !== undefined) return this.#through(tokensOf, `token?${tokenQuery(url)}`, init, url);
    if (asRegistry === new URL('v1/search', this.#options.site).href) {
      return (await this.#passes(DOCKER_HUB))
        ? this.#through(DOCKER_HUB, `v1/search${url.search}`, init, this.tree)
        : this.#direct(url, init);
    }
    const isApi = url.pathname.startsWith('/v2/') || url.pathname === '/v1/search';
    return isApi && (await this.#passes(url.host))
      ? this.#through(url.host, url.pathname.slice(1) + url.search, init, new URL('/v2/', url))
      : this.#direct(url, init);
  };

  async #fromTree(url: URL, init: RequestInit): Promise<Response> {
    const path = url.href.slice(this.tree.href.length);
    const isReading = ['GET', 'HEAD'].includes(init.method ?? 'GET');
    if (isReading) {
      // Passwords for Docker Hub are not for whoever serves the page.
      const own = await this.#send(url, { ...init, headers: without(init.headers, 'authorization') });
      if (!isMissing(own)) return own;
      if (!(await this.#passes(DOCKER_HUB))) return (await this.#explained(path)) ?? own;
      await own.body?.cancel();
    } else if (!(await this.#passes(DOCKER_HUB))) {
      return this.#send(url, init);
    }
    const answer = await this.#through(DOCKER_HUB, `v2/${path}`, init, this.tree);
    return answer.status === 502 || answer.status === 504 ? unreachableHub(this.#image(path), answer) : answer;
  }

  async #explained(path: string): Promise<Response | undefined> {
    const names = await this.#names();
    const way =
      names.length === 0
        ? NO_PROXY
        : `this page's server passes requests on to ${names.join(', ')} and not to Docker Hub`;
    return missingImage(this.#image(path), way);
  }

  #image(path: string): MissingImage {
    return { path, tree: this.tree, fetch: this.#options.fetch, place: 'Beside this page' };
  }

  /** @param base of the registry as the engine sees it */
  async #through(name: string, path: string, init: RequestInit, base: URL): Promise<Response> {
    const headers = new Headers(init.headers);
    const authorization = headers.get('authorization');
    headers.delete('authorization');
    if (authorization !== null) headers.set(AUTHORIZATION_HEADER, authorization);
    const url = new URL(`${PROXY_FOLDER}${name}/${path}`, this.#options.site);
    const answer = await this.#send(url, { ...init, headers });
    return this.#asRegistry(answer, name, base);
  }

  #asRegistry(answer: Response, name: string, base: URL): Response {
    const headers = new Headers(answer.headers);
    const challenge = headers.get(CHALLENGE_HEADER);
    if (challenge !== null) {
      headers.delete(CHALLENGE_HEADER);
      headers.set('www-authenticate', challenge);
      const realm = parseChallenge(challenge)?.parameters['realm'] ?? '';
      if (URL.canParse(realm)) this.#tokenSources.set(sourceOf(new URL(realm)), name);
    }
    const location = headers.get('location');
    if (location?.startsWith('/v2/') === true) headers.set('location', new URL(location.slice(4), base).href);
    const link = headers.get('link');
    if (link !== null) headers.set('link', link.replace(/<\/v2\//, `<${base.href}`));
    const { status, statusText } = answer;
    return new Response(answer.body, { status, statusText, headers });
  }

  async #direct(url: URL, init: RequestInit): Promise<Response> {
    try {
      return await this.#send(url, init);
    } catch (cause) {
      if (init.signal?.aborted === true || this.#options.isOffline()) throw cause;
      throw new TypeError(await this.#whyNot(), { cause });
    }
  }

  async #send(url: URL, init: RequestInit): Promise<Response> {
    try {
      return await this.#options.fetch(url, init);
    } catch (cause) {
      if (init.signal?.aborted === true || !this.#options.isOffline()) throw cause;
      throw new TypeError('this device is offline', { cause });
    }
  }

  async #whyNot(): Promise<string> {
    const names = await this.#names();
    const whatFor = names.length === 0 ? NO_PROXY : `this page's server passes on requests only to ${names.join(', ')}`;
    // Browsers tell a page nothing of why a request failed: what it usually is has to be named.
    return `nobody is there, or it does not let pages in (CORS), as Docker Hub and most registries, and ${whatFor}`;
  }

  async #passes(host: string): Promise<boolean> {
    return (await this.#names()).includes(host);
  }

  async #names(): Promise<string[]> {
    this.#list ??= this.#fetchList().catch(() => {
      // Nobody answered, which may be another time.
      this.#list = undefined;
      return [];
    });
    return (await this.#list).map(({ name }) => name);
  }

  async #fetchList(): Promise<RegistryList['registries']> {
    const { site, fetch } = this.#options;
    const response = await fetch(new URL(REGISTRY_LIST, site));
    const body: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
    // A static host has no such file; hosts of single-page apps answer with their page.
    return registryListSchema.safeParse(body).data?.registries ?? [];
  }
}

/** Hosts of single-page apps answer every unknown address with their page. */
function isMissing(response: Response): boolean {
  return response.status === 404 || (response.headers.get('content-type')?.startsWith('text/html') ?? false);
}

function tokenQuery(url: URL): string {
  return new URLSearchParams([['realm', sourceOf(url)], ...url.searchParams]).toString();
}

function sourceOf(url: URL): string {
  return url.origin + url.pathname;
}

function without(init: HeadersInit | undefined, name: string): Headers {
  const headers = new Headers(init);
  headers.delete(name);
  return headers;
}
