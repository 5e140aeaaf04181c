// POST /auth: whether a registry takes a name and a password. Nothing is kept: the client does that (moby: registry/auth.go).
import { DrydockError } from '../../contracts/errors.ts';
import type { Credentials } from '../registry/authorization.ts';
import { endpointOf } from '../registry/endpoint.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { RegistryTransport } from '../registry/registry-transport.ts';

export interface LoginRequest {
  /** `host[:port]`, with a scheme or without; Docker Hub when empty. */
  readonly server: string;
  readonly credentials: Credentials | undefined;
  readonly fetch: typeof fetch;
  readonly defaultRegistry: URL;
  readonly signal: AbortSignal;
}

const HUB_HOSTS = ['', 'docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** @throws DrydockError in Docker's words */
export async function logIn({ server, credentials, fetch, defaultRegistry, signal }: LoginRequest): Promise<void> {
  const address = server === '' || /^https?:\/\//.test(server) ? server : `https://${server}`;
  if (address !== '' && !URL.canParse(address)) {
    throw new DrydockError('invalid-argument', `unable to parse server address: parse "${address}": invalid URL`);
  }
  const host = address === '' ? '' : new URL(address).host;
  const endpoint = endpointOf(HUB_HOSTS.includes(host) ? 'docker.io' : host, defaultRegistry);
  const transport = new RegistryTransport({ endpoint, fetch, credentials });
  try {
    const response = await transport.send('', { signal, accept: [] });
    await response.body?.cancel();
  } catch (error) {
    if (!(error instanceof RegistryError) || !error.request.endsWith(endpoint.base.href)) throw error;
    const words = STATUS_WORDS[error.status] ?? '';
    const message = `login attempt to ${endpoint.base} failed with status: ${error.status} ${words}`.trimEnd();
    throw new DrydockError('internal', message, { cause: error });
  }
}

/** As Go's http.StatusText. */
const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};
