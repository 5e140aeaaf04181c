// Where a reference's registry is. `docker.io` is played by the configured default registry, since Docker Hub cannot be
// reached from a page; every other host is taken at its word.

export interface Endpoint {
  /** As in an image's name: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** The `/v2/` tree, with a slash at the end. */
  readonly base: URL;
  /** The same without TLS, for when nobody answers at `base`: of a registry that is trusted without. */
  readonly withoutTls?: URL;
  /** For messages: what the learner typed, and where it leads when that differs. */
  readonly title: string;
}

/** `either`: with TLS, and without where nobody answers that. */
export type Security = 'tls' | 'either' | 'none';

/**
 * @param defaultRegistry a `/v2/` tree under any prefix, such as `https://host/some/prefix/v2/`
 */
export function endpointOf(
  domain: string,
  defaultRegistry: URL,
  security: Security = isLoopback(domain) ? 'none' : 'tls',
): Endpoint {
  if (domain === 'docker.io') {
    const base = new URL(defaultRegistry);
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    return { domain, base, title: `docker.io (served by ${base})` };
  }
  const plain = new URL(`http://${domain}/v2/`);
  if (security === 'none') return { domain, base: plain, title: domain };
  const base = new URL(`https://${domain}/v2/`);
  return { domain, base, title: domain, ...(security === 'either' && { withoutTls: plain }) };
}

/** @param mirror of docker.io, from daemon.json: what its `/v2/` is below, with a slash at the end */
export function mirrorEndpoint(mirror: string): Endpoint {
  const base = new URL('v2/', mirror);
  return { domain: 'docker.io', base, title: `docker.io (mirrored by ${base})` };
}

/** Docker speaks plain HTTP to 127.0.0.0/8, ::1 and localhost without being told to. */
export function isLoopback(domain: string): boolean {
  const host = domain.replace(/:[0-9]+$/, '');
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
