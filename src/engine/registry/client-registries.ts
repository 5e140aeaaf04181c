// Registries for the docker client's own requests, by the engine's way of reaching them (docker/cli: cli/registry/client).
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type {
  Registries,
  RegistryManifest,
  RegistryRepository,
  RepositoryRequest,
} from '../../contracts/registries.ts';
import { ACCEPTED_MANIFESTS, isPage, mediaTypeOf, readImageConfig, readManifest } from './checked-bodies.ts';
import { clientRefusal } from './client-refusal.ts';
import { readStart } from './read-body.ts';
import { DEFAULT_DOMAIN } from './reference.ts';
import { MAX_ERROR_BODY_BYTES } from './registry-error.ts';
import { transportTo } from './registry-reach.ts';
import type { RegistryReach } from './registry-reach.ts';
import type { RegistryTransport } from './registry-transport.ts';

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
    const plain = insecure && domain !== DEFAULT_DOMAIN ? transportTo(reach, domain, credentials, true) : usual;
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
    const response = await this.#get(`${this.#path}/manifests/${reference}`, { Accept: ACCEPTED_MANIFESTS });
    if (!response.ok || isPage(response)) {
      const body = await readStart(response, MAX_ERROR_BODY_BYTES);
      const { message, isAbsent } = clientRefusal(response.status, response.headers.get('content-type'), body);
      const isNone = isAbsent || isPage(response) || (this.#isTree && response.status === 404);
      throw new DrydockError(isNone ? 'not-found' : 'unavailable', isNone ? 'manifest unknown' : message);
    }
    const { bytes, digest } = await readManifest(response, reference, `${this.#path}:${reference}`);
    return { bytes, digest, mediaType: mediaTypeOf(response, bytes) };
  }

  async blob(digest: Digest): Promise<Uint8Array> {
    const response = await this.#get(`${this.#path}/blobs/${digest}`);
    if (response.ok && !isPage(response)) return readImageConfig(response, digest);
    const body = await readStart(response, MAX_ERROR_BODY_BYTES);
    if (response.status === 404 || isPage(response)) throw new DrydockError('data-loss', 'unknown blob');
    const { message } = clientRefusal(response.status, response.headers.get('content-type'), body);
    throw new DrydockError('unavailable', message);
  }

  async #get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    try {
      return await this.#transport.send(path, { headers, signal: this.#signal, accept: 'every' });
    } catch (error) {
      // Nothing to answer the registry's question with: Go names the request then.
      if (!isDrydockError(error, 'unauthorized')) throw error;
      throw new DrydockError('unauthorized', `Get "${this.#transport.url(path)}": ${error.message}`, { cause: error });
    }
  }
}
