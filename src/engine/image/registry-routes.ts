// What the engine asks of registries beyond pulls: POST /images/{name}/push, POST /auth, GET /images/search,
// GET /distribution/{name}/json. Parse, call, answer.
import { Hono } from 'hono';
import { z } from 'zod';
import { DrydockError } from '../../contracts/errors.ts';
import { toErrorResponse } from '../api/http-error.ts';
import { json } from '../api/json.ts';
import { Filters } from '../api/filters.ts';
import { Query } from '../api/query.ts';
import type { EmitEvent } from '../event/event-log.ts';
import type { RegistryReach } from '../registry/registry-reach.ts';
import { familiarName, familiarString, parseReference } from '../registry/reference.ts';
import { credentialsIn, credentialsOf } from './auth-header.ts';
import { requirePlatform } from './check-platform.ts';
import { decodePlatform } from './decode-platform.ts';
import { emitImageEvent } from './image-events.ts';
import type { ImageStore } from './image-store.ts';
import { inspectDistribution } from './inspect-distribution.ts';
import { logIn } from './login.ts';
import { pullResponse } from './pull-response.ts';
import type { ImagePusher } from './push.ts';
import { SEARCH_FILTERS, searchImages } from './search.ts';
import { repoTagReference } from './repo-tag.ts';

export interface RegistryRoutesDeps {
  readonly store: ImageStore;
  readonly pusher: ImagePusher;
  readonly reach: RegistryReach;
  readonly emit: EmitEvent;
}

const authConfig = z.looseObject({ serveraddress: z.string().nullish() }).nullable();

export function registryRoutes(deps: RegistryRoutesDeps): Hono {
  const routes = new Hono();
  routes.onError(toErrorResponse);
  routes.post('/images/:name{.+}/push', (c) => push(deps, c.req.param('name'), c.req.raw));
  routes.get('/images/search', async (c) => {
    const query = new Query(c.req.raw);
    const found = await searchImages({
      ...deps.reach,
      term: query.text('term'),
      limit: limitOf(query.text('limit')),
      filters: Filters.parse(query.text('filters'), SEARCH_FILTERS),
      credentials: credentialsOf(c.req.raw.headers.get('x-registry-auth')),
      signal: c.req.raw.signal,
    });
    return json(found);
  });
  routes.get('/distribution/:name{.+}/json', async (c) => {
    const { headers, signal } = c.req.raw;
    const credentials = credentialsOf(headers.get('x-registry-auth'));
    return json(await inspectDistribution({ ...deps.reach, name: c.req.param('name'), credentials, signal }));
  });
  routes.post('/auth', async (c) => {
    const body = parsedAuth(await c.req.raw.text());
    const { signal } = c.req.raw;
    await logIn({
      ...deps.reach,
      server: body?.serveraddress ?? '',
      credentials: credentialsIn(body),
      signal,
    });
    return json({ IdentityToken: '', Status: 'Login Succeeded' });
  });
  return routes;
}

/** @throws DrydockError `invalid-argument` in Docker's words */
function limitOf(text: string): number {
  if (text === '') return 0;
  if (/^\d+$/.test(text)) return Number(text);
  const why = `strconv.Atoi: parsing "${text}": invalid syntax`;
  throw new DrydockError('invalid-argument', `invalid limit specified: ${why}`);
}

async function push({ store, pusher, emit }: RegistryRoutesDeps, name: string, request: Request): Promise<Response> {
  const query = new Query(request);
  const credentials = await pushCredentials(request);
  const tag = query.text('tag');
  // Without a tag, every tag is meant.
  const reference = (tag === '' ? undefined : repoTagReference(name, tag)) ?? parseReference(name);
  const platform = query.text('platform');
  if (platform !== '') {
    requirePlatform(familiarString(reference), decodePlatform(platform), store.get(familiarString(reference)).config);
  }
  return pullResponse(request.signal, async (signal, report) => {
    await pusher.push({ reference, credentials, signal, report });
    const imageId = store.references.get(reference);
    emitImageEvent({ store, emit }, 'push', familiarString(reference), familiarName(reference), imageId);
  });
}

/** Older clients send them as the body. */
async function pushCredentials(request: Request): Promise<ReturnType<typeof credentialsOf>> {
  const header = request.headers.get('x-registry-auth');
  if (header !== null && header !== '') return credentialsOf(header);
  const text = await request.text();
  try {
    return credentialsIn(JSON.parse(text));
  } catch (cause) {
    const why = text === '' ? 'EOF' : cause instanceof Error ? cause.message : String(cause);
    const message = `bad parameters and missing X-Registry-Auth: invalid X-Registry-Auth header: ${why}`;
    throw new DrydockError('invalid-argument', message, { cause });
  }
}

function parsedAuth(text: string): z.output<typeof authConfig> {
  try {
    return authConfig.parse(JSON.parse(text));
  } catch (cause) {
    const why = text === '' ? 'EOF' : 'the body is no credentials';
    throw new DrydockError('internal', why, { cause });
  }
}
