// What it takes to reach any registry from here, and the way from a name's host to it: pull, push, login, search and the
// client's own requests go the same way.
import type { Credentials } from './authorization.ts';
import { endpointOf } from './endpoint.ts';
import { RegistryTransport } from './registry-transport.ts';

export interface RegistryReach {
  readonly fetch: typeof fetch;
  /** The `/v2/` tree that stands for docker.io. */
  readonly defaultRegistry: URL;
  /** Said when a registry cannot be reached, with what to do about it: pages have other reasons than programs. */
  readonly registryAdvice?: string | undefined;
}

/** For one repository: a transport keeps the answer to its registry's challenge. */
export function transportTo(
  { fetch, defaultRegistry, registryAdvice: advice }: RegistryReach,
  domain: string,
  credentials?: Credentials,
  isPlain?: boolean,
): RegistryTransport {
  const endpoint = endpointOf(domain, defaultRegistry, isPlain);
  return new RegistryTransport({ endpoint, fetch, credentials, ...(advice !== undefined && { advice }) });
}
