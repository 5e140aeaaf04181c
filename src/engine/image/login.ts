// POST /auth: whether a registry takes a name and a password. Nothing is kept: the client does that (moby: registry/auth.go).
import { DrydockError } from '../../contracts/errors.ts';
import type { Credentials } from '../registry/authorization.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { transportTo } from '../registry/registry-reach.ts';
import type { RegistryReach } from '../registry/registry-reach.ts';
import { statusWords } from '../registry/status-words.ts';

export interface LoginRequest extends RegistryReach {
  /** `host[:port]`, with a scheme or without; Docker Hub when empty. */
  readonly server: string;
  readonly credentials: Credentials | undefined;
  readonly signal: AbortSignal;
}

const HUB_HOSTS = ['', 'docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** @throws DrydockError in Docker's words */
export async function logIn({ server, credentials, signal, ...reach }: LoginRequest): Promise<void> {
  const address = server === '' || /^https?:\/\//.test(server) ? server : `https://${server}`;
  if (address !== '' && !URL.canParse(address)) {
    throw new DrydockError('invalid-argument', `unable to parse server address: parse "${address}": invalid URL`);
  }
  const host = address === '' ? '' : new URL(address).host;
  const transport = transportTo(reach, HUB_HOSTS.includes(host) ? 'docker.io' : host, credentials);
  try {
    const response = await transport.send('', { signal, accept: [] });
    await response.body?.cancel();
  } catch (error) {
    if (!(error instanceof RegistryError) || !error.request.endsWith(transport.base.href)) throw error;
    const message = `login attempt to ${transport.base} failed with status: ${statusWords(error.status)}`;
    throw new DrydockError('internal', message, { cause: error });
  }
}
