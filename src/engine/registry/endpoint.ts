// Where a reference's registry is. `docker.io` is played by the configured default registry, since Docker Hub cannot be
// reached from a page; every other host is taken at its word.

export interface Endpoint {
  /** As in an image's name: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** The `/v2/` tree, with a slash at the end. */
  readonly base: URL;
  /** For messages: what the learner typed, and where it leads when that differs. */
  readonly title: string;
}

/**
 * @param defaultRegistry a `/v2/` tree under any prefix, such as `https://host/some/prefix/v2/`
 * @param isPlain HTTP without TLS
 */
export function endpointOf(domain: string, defaultRegistry: URL, isPlain = isLoopback(domain)): Endpoint {
  if (domain === 'docker.io') {
    const base = new URL(defaultRegistry);
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    return { domain, base, title: `docker.io (served by ${base})` };
  }
  return { domain, base: new URL(`${isPlain ? 'http' : 'https'}://${domain}/v2/`), title: domain };
}

/** Docker speaks plain HTTP to 127.0.0.0/8, ::1 and localhost without being told to. */
function isLoopback(domain: string): boolean {
  const host = domain.replace(/:[0-9]+$/, '');
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
