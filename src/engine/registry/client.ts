// Talks to one registry (OCI distribution spec, "Pull"). Whatever it hands out was checked against its digest, or says
// that the caller must: blobs are streams.
import type { Digest } from '../../contracts/blob-store.ts';
import { isDigest } from '../blob/sha256.ts';
import { ACCEPTED_MANIFESTS, isPage, readManifest } from './checked-bodies.ts';
import { parseManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { readAtMost, readStart } from './read-body.ts';
import { MAX_ERROR_BODY_BYTES, RegistryError, registryError } from './registry-error.ts';
import type { RegistryTransport } from './registry-transport.ts';

const MAX_TAGS_BYTES = 4 * 1024 * 1024;
/** A registry that always names another page must not keep us for ever. */
const MAX_TAG_PAGES = 1000;

export interface FetchedManifest {
  readonly manifest: Manifest;
  readonly digest: Digest;
  /** As they came: only they have that digest. */
  readonly bytes: Uint8Array;
}

/** Every method rejects with `unavailable` when the registry cannot be reached and `cancelled` when `signal` aborts. */
export class RegistryClient {
  readonly #transport: RegistryTransport;

  constructor(transport: RegistryTransport) {
    this.#transport = transport;
  }

  /**
   * @param reference a tag or a digest
   * @throws RegistryError `MANIFEST_UNKNOWN`, `NAME_UNKNOWN` and others; DrydockError `data-loss` on a wrong digest
   */
  async manifest(repository: string, reference: string, signal?: AbortSignal): Promise<FetchedManifest> {
    const response = await this.#get(`${repository}/manifests/${reference}`, signal, { Accept: ACCEPTED_MANIFESTS });
    const request = `GET ${this.#url(`${repository}/manifests/${reference}`)}`;
    if (response.status === 404 || isPage(response)) {
      throw await this.#missingManifest(repository, request, response, signal);
    }
    const name = `${this.#transport.domain}/${repository}${isDigest(reference) ? '@' : ':'}${reference}`;
    const { bytes, digest } = await readManifest(response, reference, name);
    return { manifest: parseManifest(bytes, name), digest, bytes };
  }

  /**
   * A blob's bytes, not checked.
   * @param from how many bytes are here already: the answer's status is 206 when only the rest comes
   * @throws RegistryError `BLOB_UNKNOWN` and others
   */
  async blob(repository: string, digest: Digest, signal?: AbortSignal, from = 0): Promise<Response> {
    const headers: Record<string, string> = from > 0 ? { Range: `bytes=${from}-` } : {};
    const response = await this.#get(`${repository}/blobs/${digest}`, signal, headers);
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

  /** Tags of a repository, or undefined when there is no such repository. Follows `Link` to further pages. */
  async tags(repository: string, signal?: AbortSignal): Promise<string[] | undefined> {
    const found: string[] = [];
    let at: string | URL = `${repository}/tags/list`;
    for (let page = 0; page < MAX_TAG_PAGES; page++) {
      const response: Response = await this.#transport.send(at, { signal, accept: [404] });
      const body = new TextDecoder().decode(await readAtMost(response, MAX_TAGS_BYTES, `tags of ${repository}`));
      const tags = response.status === 404 ? undefined : tagsIn(body);
      if (tags === undefined) return page === 0 ? undefined : found;
      found.push(...tags);
      const next = nextPage(response.headers.get('link'), new URL(at, this.#transport.url('')));
      if (next === undefined) break;
      at = next;
    }
    return found;
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
    return this.#transport.url(path);
  }

  /** 404 is for the caller to judge, every other failure is thrown. */
  #get(path: string, signal: AbortSignal | undefined, headers: Record<string, string> = {}): Promise<Response> {
    return this.#transport.send(path, { headers, signal, accept: [404] });
  }
}

/** @returns undefined for what is no list of tags */
function tagsIn(body: string): string[] | undefined {
  try {
    const { tags } = JSON.parse(body) as { tags?: unknown };
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  } catch {
    return undefined;
  }
}

/** `Link: </v2/x/tags/list?last=b&n=2>; rel="next"` (RFC 5988), on the same host only. */
function nextPage(link: string | null, from: URL): URL | undefined {
  const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '') ?? [];
  if (target === undefined || !URL.canParse(target, from)) return undefined;
  const next = new URL(target, from);
  return next.origin === from.origin && next.href !== from.href ? next : undefined;
}
