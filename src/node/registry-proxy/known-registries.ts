// The registries that are passed on to when nobody said which: on loopback only this machine's people ask, and they could go
// there themselves. These are those that tutorials name; all of them hand out public images to anybody.

export interface KnownRegistry {
  /** Origin, where it is not `https://` and the name. */
  readonly url?: string;
  /** Where it has its tokens from, when that is another host. */
  readonly tokens?: readonly string[];
  /** Origin of `/v1/search`, when that is another host. */
  readonly search?: string;
}

export const KNOWN_REGISTRIES: Readonly<Record<string, KnownRegistry>> = {
  'docker.io': {
    url: 'https://registry-1.docker.io',
    tokens: ['https://auth.docker.io/token'],
    search: 'https://index.docker.io',
  },
  'ghcr.io': {},
  'mcr.microsoft.com': {},
  'public.ecr.aws': {},
  'quay.io': {},
  'registry.k8s.io': {},
};
