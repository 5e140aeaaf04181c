// What it takes to reach any registry from here, and the way from a name's host to it: pull, push, login, search and the
// client's own requests go the same way.
import type { Credentials } from './authorization.ts';
import { endpointOf, isLoopback, mirrorEndpoint } from './endpoint.ts';
import type { Endpoint, Security } from './endpoint.ts';
import { isInsecure } from './insecure-registries.ts';
import { DEFAULT_DOMAIN } from './reference.ts';
import { RegistryTransport } from './registry-transport.ts';

export interface RegistryReach {
  readonly fetch: typeof fetch;
  /** The `/v2/` tree that stands for docker.io. */
  readonly defaultRegistry: URL;
  /** Said when a registry cannot be reached, with what to do about it: pages have other reasons than programs. */
  readonly registryAdvice?: string | undefined;
  /** Of daemon.json: hosts and blocks that are trusted without TLS. */
  readonly insecureRegistries?: readonly string[];
  /** Of daemon.json: asked for images of docker.io before it is. */
  readonly registryMirrors?: readonly string[];
}

/** For one repository: a transport keeps the answer to its registry's challenge. */
export function transportTo(
  reach: RegistryReach,
  domain: string,
  credentials?: Credentials,
  security = securityOf(reach, domain),
): RegistryTransport {
  return transport(reach, endpointOf(domain, reach.defaultRegistry, security), credentials);
}

/** The mirrors of `domain`, in the order in which they are asked before it. */
export function mirrorsOf(reach: RegistryReach, domain: string, credentials?: Credentials): RegistryTransport[] {
  if (domain !== DEFAULT_DOMAIN) return [];
  return (reach.registryMirrors ?? []).map((mirror) => transport(reach, mirrorEndpoint(mirror), credentials));
}

function transport(
  { fetch, registryAdvice: advice }: RegistryReach,
  endpoint: Endpoint,
  credentials: Credentials | undefined,
): RegistryTransport {
  return new RegistryTransport({ endpoint, fetch, credentials, ...(advice !== undefined && { advice }) });
}

function securityOf({ insecureRegistries = [] }: RegistryReach, domain: string): Security {
  if (isLoopback(domain)) return 'none';
  return isInsecure(domain, insecureRegistries) ? 'either' : 'tls';
}
