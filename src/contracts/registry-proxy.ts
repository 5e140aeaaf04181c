// What a page and the server that it came from agree on about registries: where requests to them may be sent instead of to
// the registries themselves. A static host has none of this, and answers 404.
import { z } from 'zod';

/** Beside the page. Below it, `<registry>/v2/...` as in the distribution spec, `<registry>/token?realm=...` and `<registry>/v1/search`. */
export const PROXY_FOLDER = 'proxy/';

/** Beside the page: which registries there are, as `RegistryList`. */
export const REGISTRY_LIST = 'proxy/registries.json';

/**
 * Stand for Authorization and WWW-Authenticate of the registry. The real ones are between the browser and the page's own
 * server: a browser would ask the learner for a password, or hand the registry the one that opens the site.
 */
export const AUTHORIZATION_HEADER = 'registry-authorization';
export const CHALLENGE_HEADER = 'registry-authenticate';

export const registryListSchema = z.object({
  registries: z.array(
    z.object({
      name: z.string().describe('As in the names of images: "docker.io", "registry.example:5000"'),
      push: z.boolean(),
    }),
  ),
});

export type RegistryList = z.infer<typeof registryListSchema>;
