// Registries for the docker client's own requests, by the engine's way of reaching them (docker/cli: cli/registry/client).
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type {
  Registries,
  RegistryManifest,
  RegistryRepository,
  RepositoryRequest,
} from '../../contracts/registries.ts';
import { digestOf } from '../blob/sha256.ts';
import { ACCEPTED_MANIFESTS, isPage, mediaTypeOf, readImageConfig, readManifest } from './checked-bodies.ts';
import { clientRefusal } from './client-refusal.ts';
import type { Refusal } from './client-refusal.ts';
import { readStart } from './read-body.ts';
import { DEFAULT_DOMAIN } from './reference.ts';
import { MAX_ERROR_BODY_BYTES } from './registry-error.ts';
import { transportTo } from './registry-reach.ts';
import type { RegistryReach } from './registry-reach.ts';
import type { RegistryRequest, RegistryTransport } from './registry-transport.ts';

export function clientRegistries(reach: RegistryReach): Registries {
  return {
    open: async (request) => new Repository(await reachable(reach, request), request),
  };
}

async function reachable(reach: RegistryReach, request: RepositoryRequest): Promise<RegistryTransport> {
  const { domain, credentials, insecure, signal } = request;
  const usual = transportTo(reach, domain, credentials);
  try {
    await usual.ping(signal);
    return usual;
  } catch (error) {
    if (!isDrydockError(error, 'unavailable')) throw error;
    const plain = insecure && domain !== DEFAULT_DOMAIN ? transportTo(reach, domain, credentials, 'none') : usual;
    if (plain !== usual && (await answers(plain, signal))) return plain;
    const message = `failed to configure transport: error pinging v2 registry: ${error.message}`;
    throw new DrydockError('unavailable', message, { cause: error });
  }
}

async function answers(transport: RegistryTransport, signal: AbortSignal): Promise<boolean> {
  try {
    await transport.ping(signal);
    return true;
  } catch (error) {
    if (isDrydockError(error, 'unavailable')) return false;
    throw error;
  }
}

class Repository implements RegistryRepository {
  readonly isPlain: boolean;
  readonly #transport: RegistryTransport;
  readonly #path: string;
  readonly #signal: AbortSignal;
  /** Plain files know no errors, only that there is none of that name. */
  readonly #isTree: boolean;

  constructor(transport: RegistryTransport, { domain, path, signal }: RepositoryRequest) {
    this.#transport = transport;
    this.#path = path;
    this.#signal = signal;
    this.#isTree = domain === DEFAULT_DOMAIN;
    this.isPlain = !this.#isTree && transport.base.protocol === 'http:';
  }

  async manifest(reference: string): Promise<RegistryManifest> {
    const response = await this.#send(`${this.#path}/manifests/${reference}`, {
      headers: { Accept: ACCEPTED_MANIFESTS },
    });
    if (!response.ok || isPage(response)) {
      const { message, isAbsent } = await refusalOf(response);
      const isNone = isAbsent || isPage(response) || (this.#isTree && response.status === 404);
      throw new DrydockError(isNone ? 'not-found' : 'unavailable', isNone ? 'manifest unknown' : message);
    }
    const { bytes, digest } = await readManifest(response, reference, `${this.#path}:${reference}`);
    return { bytes, digest, mediaType: mediaTypeOf(response, bytes) };
  }

  async blob(digest: Digest): Promise<Uint8Array> {
    const response = await this.#send(`${this.#path}/blobs/${digest}`);
    if (response.ok && !isPage(response)) return readImageConfig(response, digest);
    const { message } = await refusalOf(response);
    if (response.status === 404 || isPage(response)) throw new DrydockError('data-loss', 'unknown blob');
    throw new DrydockError('unavailable', message);
  }

  async mount(digest: Digest, from: string): Promise<boolean> {
    const query = new URLSearchParams({ from, mount: digest });
    const response = await this.#change(`${this.#path}/blobs/uploads/?${query}`, { method: 'POST' });
    if (response.status === 201) return true;
    // An upload was opened instead, which nobody wants.
    const location = response.headers.get('location') ?? '';
    const base = response.url === '' ? this.#transport.base : new URL(response.url);
    if (URL.canParse(location, base)) {
      const request = { method: 'DELETE', signal: this.#signal, accept: 'every' } as const;
      const answer = await this.#transport.send(new URL(location, base), request);
      await answer.body?.cancel();
    }
    return false;
  }

  async putManifest(reference: string, mediaType: string, bytes: Uint8Array): Promise<Digest> {
    const request = { method: 'PUT', headers: { 'Content-Type': mediaType }, body: bytes };
    await this.#change(`${this.#path}/manifests/${reference}`, request);
    return digestOf(bytes);
  }

  /** @throws DrydockError `forbidden` where nobody may write, else `unavailable` */
  async #change(path: string, request: RegistryRequest): Promise<Response> {
    const response = await this.#send(path, request);
    if (response.ok) {
      await response.body?.cancel();
      return response;
    }
    const { message } = await refusalOf(response);
    if (!this.#isTree) throw new DrydockError('unavailable', message);
    throw new DrydockError('forbidden', 'denied: requested access to the resource is denied');
  }

  async #send(path: string, request: RegistryRequest = {}): Promise<Response> {
    try {
      return await this.#transport.send(path, { ...request, signal: this.#signal, accept: 'every' });
    } catch (error) {
      // Nothing to answer the registry's question with: Go names the request then.
      if (!isDrydockError(error, 'unauthorized')) throw error;
      const method = request.method ?? 'GET';
      const call = `${method.slice(0, 1)}${method.slice(1).toLowerCase()}`;
      throw new DrydockError('unauthorized', `${call} "${this.#transport.url(path)}": ${error.message}`, {
        cause: error,
      });
    }
  }
}

async function refusalOf(response: Response): Promise<Refusal> {
  const body = await readStart(response, MAX_ERROR_BODY_BYTES);
  return clientRefusal(response.status, response.headers.get('content-type'), body);
}
