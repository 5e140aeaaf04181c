// docker.io in a program: first the images that were built here, then Docker Hub itself, which nothing keeps a program from. Only
// when it is asked to: a name that is mistyped, or one in a test, should not leave this machine.
import { missingImage } from '../engine/registry/missing-image.ts';
import type { DiskRegistry } from './disk-registry.ts';

const DOCKER_HUB = new URL('https://registry-1.docker.io/v2/');
const SEARCH = 'https://index.docker.io/v1/search';

/** What was not built here is not there, and says what is. */
export function withoutDockerHub({ fetch, defaultRegistry: tree }: DiskRegistry): DiskRegistry {
  return {
    defaultRegistry: tree,
    fetch: async (input, init) => {
      const own = await fetch(input, init);
      const { href } = new URL(input instanceof Request ? input.url : input);
      if (own.status !== 404 || !href.startsWith(tree.href) || (init?.method ?? 'GET') !== 'GET') return own;
      const image = { path: href.slice(tree.href.length), tree, fetch, place: 'Here' };
      return (await missingImage(image, 'Docker Hub is asked only with --docker-hub')) ?? own;
    },
  };
}

/** @param hub its `/v2/` tree */
export function withDockerHub({ fetch, defaultRegistry: tree }: DiskRegistry, hub = DOCKER_HUB): DiskRegistry {
  const fromHub: typeof globalThis.fetch = async (input, init) => {
    const { body, status, statusText, headers } = await fetch(input, init);
    const answer = new Response(body, { status, statusText, headers });
    // Where it goes on is said as if the tree had been asked: what is asked there has the same way, and the same password.
    for (const name of ['location', 'link']) {
      const value = headers.get(name);
      const own = value?.replace(hub.href, '/v2/').replace(/(^|<)\/v2\//, `$1${tree.href}`);
      if (own !== undefined) answer.headers.set(name, own);
    }
    return answer;
  };
  const search = new URL('../v1/search', tree).href;
  return {
    defaultRegistry: tree,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.href.startsWith(`${search}?`)) return fetch(`${SEARCH}${url.search}`, init);
      if (input instanceof Request || !url.href.startsWith(tree.href)) return fetch(input, init);
      const path = url.href.slice(tree.href.length);
      const isReading = ['GET', 'HEAD'].includes(init?.method ?? 'GET');
      const own = isReading ? await fetch(url, init) : undefined;
      if (own !== undefined && own.status !== 404) return own;
      try {
        return await fromHub(new URL(path, hub), init);
      } catch (error) {
        if (own === undefined || init?.signal?.aborted === true) throw error;
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        const why = cause instanceof Error ? cause.message : String(cause);
        const way = `Docker Hub cannot be reached: ${why}`;
        return (await missingImage({ path, tree, fetch, place: 'Here' }, way)) ?? own;
      }
    },
  };
}
