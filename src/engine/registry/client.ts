// Talks to one registry (OCI distribution spec, "Pull"). Whatever it hands out was checked against its digest, or says
// that the caller must: blobs are streams.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { digestOf, isDigest } from '../blob/sha256.ts';
import { answerChallenge, parseChallenge } from './authorization.ts';
import type { Credentials } from './authorization.ts';
import type { Endpoint } from './endpoint.ts';
import { MEDIA_TYPES, parseManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { readAtMost, readStart } from './read-body.ts';
import { MAX_ERROR_BODY_BYTES, RegistryError, registryError } from './registry-error.ts';

const ACCEPT = Object.values(MEDIA_TYPES).join(', ');
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_TAGS_BYTES = 4 * 1024 * 1024;

export interface FetchedManifest {
  readonly manifest: Manifest;
  readonly digest: Digest;
}

export interface RegistryClientOptions {
  readonly endpoint: Endpoint;
  readonly fetch: typeof fetch;
  readonly credentials?: Credentials | undefined;
}

/** Every method rejects with `unavailable` when the registry cannot be reached and `cancelled` when `signal` aborts. */
export class RegistryClient {
  readonly #endpoint: Endpoint;
  readonly #fetch: typeof fetch;
  readonly #credentials: Credentials | undefined;
  /** The answer to the last challenge; a client is used for one repository. */
  #authorization: string | undefined;

  constructor({ endpoint, fetch, credentials }: RegistryClientOptions) {
    this.#endpoint = endpoint;
    this.#fetch = fetch;
    this.#credentials = credentials;
  }

  /**
   * @param reference a tag or a digest
   * @throws RegistryError `MANIFEST_UNKNOWN`, `NAME_UNKNOWN` and others; DrydockError `data-loss` on a wrong digest
   */
  async manifest(repository: string, reference: string, signal?: AbortSignal): Promise<FetchedManifest> {
    const response = await this.#get(`${repository}/manifests/${reference}`, signal, { Accept: ACCEPT });
    const request = `GET ${this.#url(`${repository}/manifests/${reference}`)}`;
    if (response.status === 404 || isPage(response)) {
      throw await this.#missingManifest(repository, request, response, signal);
    }
    const name = `${repository}:${reference}`;
    const bytes = await readAtMost(response, MAX_MANIFEST_BYTES, `manifest of ${name}`);
    const digest = await digestOf(bytes);
    const stated = response.headers.get('docker-content-digest');
    const expected = isDigest(reference) ? reference : stated !== null && isDigest(stated) ? stated : digest;
    if (digest !== expected) throw new DrydockError('data-loss', `manifest verification failed for digest ${expected}`);
    return { manifest: parseManifest(bytes, name), digest };
  }

  /** A blob's bytes, not checked. @throws RegistryError `BLOB_UNKNOWN` and others */
  async blob(repository: string, digest: Digest, signal?: AbortSignal): Promise<Response> {
    const response = await this.#get(`${repository}/blobs/${digest}`, signal);
    if (response.status !== 404 && !isPage(response)) return response;
    await response.body?.cancel();
    const request = `GET ${this.#url(`${repository}/blobs/${digest}`)}`;
    throw new RegistryError({
      registryCode: 'BLOB_UNKNOWN',
      detail: `blob unknown to registry: ${digest}`,
      request,
      status: 404,
    });
  }

  /** Tags of a repository, or undefined when there is no such repository. */
  async tags(repository: string, signal?: AbortSignal): Promise<string[] | undefined> {
    const response = await this.#get(`${repository}/tags/list`, signal);
    const body = new TextDecoder().decode(await readAtMost(response, MAX_TAGS_BYTES, `tags of ${repository}`));
    if (response.status === 404) return undefined;
    try {
      const { tags } = JSON.parse(body) as { tags?: unknown };
      return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
    } catch {
      return undefined;
    }
  }

  /** A static tree answers 404 without saying what is missing, so we look whether the repository is there. */
  async #missingManifest(
    repository: string,
    request: string,
    response: Response,
    signal?: AbortSignal,
  ): Promise<RegistryError> {
    const said = registryError(request, 404, await readStart(response, MAX_ERROR_BODY_BYTES));
    if (said.registryCode !== 'UNKNOWN') return said;
    const known = (await this.tags(repository, signal)) !== undefined;
    return known
      ? new RegistryError({ registryCode: 'MANIFEST_UNKNOWN', detail: 'manifest unknown', request, status: 404 })
      : new RegistryError({
          registryCode: 'DENIED',
          detail: 'requested access to the resource is denied',
          request,
          status: 404,
        });
  }

  #url(path: string): URL {
    return new URL(path, this.#endpoint.base);
  }

  /** Answers a challenge once. 404 is for the caller to judge, every other failure is thrown. */
  async #get(path: string, signal: AbortSignal | undefined, headers: Record<string, string> = {}): Promise<Response> {
    const url = this.#url(path);
    const ask = (): Promise<Response> => {
      const authorization = this.#authorization === undefined ? {} : { Authorization: this.#authorization };
      return this.#send(url, { headers: { ...headers, ...authorization } }, signal);
    };
    let response = await ask();
    const challenge =
      response.status === 401 ? parseChallenge(response.headers.get('www-authenticate') ?? '') : undefined;
    if (challenge !== undefined) {
      await response.body?.cancel();
      this.#authorization = await answerChallenge(challenge, this.#credentials, (at, init) =>
        this.#send(at, init, signal),
      );
      response = await ask();
    }
    if (response.ok || response.status === 404) return response;
    throw registryError(`GET ${url}`, response.status, await readStart(response, MAX_ERROR_BODY_BYTES));
  }

  async #send(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const send = this.#fetch;
    try {
      return await send(url, signal === undefined ? init : { ...init, signal });
    } catch (cause) {
      throw signal?.aborted ? cancelled(cause) : unreachable(this.#endpoint, url, cause);
    }
  }
}

/** Hosts of single-page apps answer every unknown address with their page. */
function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') ?? false;
}

export function cancelled(cause: unknown): DrydockError {
  return new DrydockError('cancelled', 'context canceled', { cause });
}

/** Browsers tell a page nothing of why a request failed, so the text has to name what it usually is. */
export function unreachable({ title }: Pick<Endpoint, 'title'>, url: URL, cause: unknown): DrydockError {
  const reason = cause instanceof Error ? causeText(cause) : String(cause);
  return new DrydockError(
    'unavailable',
    `Cannot reach registry ${title}: GET ${url} failed: ${reason}. ` +
      'Check the name and the network. A page can only reach a registry that sends CORS headers ' +
      '(Access-Control-Allow-Origin), which Docker Hub and most others do not: use an image of the default registry, ' +
      'or run Drydock in Node ("drydock serve"), where CORS does not apply.',
    { cause },
  );
}

function causeText(error: Error): string {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
