// GET /images/search: asks a registry's search, which is older than its API for images and which most do not have: then we
// say so instead of finding nothing (moby: registry/search.go).
import { z } from 'zod';
import { DrydockError } from '../../contracts/errors.ts';
import type { Filters } from '../api/filters.ts';
import { goInteger } from '../go-numbers.ts';
import type { Credentials } from '../registry/authorization.ts';
import { DEFAULT_DOMAIN } from '../registry/reference.ts';
import { readAtMost } from '../registry/read-body.ts';
import { transportTo } from '../registry/registry-reach.ts';
import type { RegistryReach } from '../registry/registry-reach.ts';

export const SEARCH_FILTERS = ['is-automated', 'is-official', 'stars'] as const;

export interface SearchRequest extends RegistryReach {
  readonly term: string;
  /** 0 for Docker's own. */
  readonly limit: number;
  readonly filters: Filters;
  readonly credentials: Credentials | undefined;
  readonly signal: AbortSignal;
}

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const answer = z.looseObject({
  results: z
    .array(
      z.looseObject({
        name: z.string(),
        description: z.string().nullish(),
        star_count: z.number().nullish(),
        is_official: z.boolean().nullish(),
      }),
    )
    .nullish(),
});

/** As the Engine API has it. */
export interface SearchResult {
  readonly star_count: number;
  readonly is_official: boolean;
  readonly name: string;
  readonly is_automated: boolean;
  readonly description: string;
}

/** @throws DrydockError in Docker's words, or in ours where there is nothing to search in */
export async function searchImages(request: SearchRequest): Promise<SearchResult[]> {
  const { term, filters } = request;
  if (/^https?:\/\//.test(term)) {
    throw refuse(`invalid repository name: repository name (${term}) should not have a scheme`);
  }
  // No build of Docker Hub's own is called automated any more.
  if (filters.flag('is-automated') === true) return [];
  const official = filters.flag('is-official');
  const stars = Math.max(0, ...filters.values('stars').map(starsOf));
  const found = await ask(request);
  return found.filter(
    ({ is_official, star_count }) => (official === undefined || official === is_official) && star_count >= stars,
  );
}

async function ask({ term, limit, credentials, signal, ...reach }: SearchRequest): Promise<SearchResult[]> {
  const count = limit === 0 ? DEFAULT_LIMIT : limit;
  if (count < 1 || count > MAX_LIMIT) throw refuse(`limit ${count} is outside the range of [1, ${MAX_LIMIT}]`);
  const [domain, rest] = splitTerm(term);
  const transport = transportTo(reach, domain, credentials);
  const query = new URLSearchParams({ q: rest, n: String(count) });
  const accept = [301, 302, 400, 401, 403, 404, 405, 500];
  const response = await transport.send(new URL(`../v1/search?${query}`, transport.base), { signal, accept });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  if (!response.ok || !isJson) {
    await response.body?.cancel();
    if (!isJson) throw nowhere(transport.title);
    throw new DrydockError('internal', `Unexpected status code ${response.status}`);
  }
  const body = new TextDecoder().decode(await readAtMost(response, MAX_BODY_BYTES, `search of ${transport.title}`));
  return resultsIn(body);
}

function resultsIn(body: string): SearchResult[] {
  try {
    const { results } = answer.parse(JSON.parse(body));
    return (results ?? []).map(({ name, description, star_count, is_official }) => ({
      star_count: star_count ?? 0,
      is_official: is_official ?? false,
      name,
      is_automated: false,
      description: description ?? '',
    }));
  } catch (cause) {
    throw new DrydockError('unavailable', 'error decoding registry search results: it is no such list', { cause });
  }
}

/** The first part is a host when it looks like one. */
function splitTerm(term: string): [domain: string, rest: string] {
  const slash = term.indexOf('/');
  const first = slash < 0 ? '' : term.slice(0, slash);
  if (!/[.:]/.test(first) && first !== 'localhost') return [DEFAULT_DOMAIN, term.replace(/^library\//, '')];
  return [first, term.slice(slash + 1)];
}

function starsOf(value: string): number {
  try {
    return goInteger(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`invalid filter 'stars=${value}': ${why}`);
  }
}

function nowhere(title: string): DrydockError {
  return new DrydockError(
    'unavailable',
    `Cannot search ${title}: it has no search, as most registries. "docker pull NAME" tells whether an image is there.`,
  );
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
