// The /images routes of the Engine API. Names hold slashes, so they are matched greedily up to the last word.
import { Hono } from 'hono';
import type { BlobStore } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { Filters } from '../api/filters.ts';
import { toErrorResponse } from '../api/http-error.ts';
import { json } from '../api/json.ts';
import { Query } from '../api/query.ts';
import type { EmitEvent } from '../event/event-log.ts';
import { parsePlatform } from '../registry/platform.ts';
import { familiarName, familiarString, parseReference, withTag } from '../registry/reference.ts';
import { importFrom, loadFrom, saveTo } from './archive-routes.ts';
import { credentialsOf } from './auth-header.ts';
import type { Image } from './image.ts';
import { emitImageEvent } from './image-events.ts';
import type { ImageMaker } from './image-maker.ts';
import { historyJson, inspectJson } from './image-json.ts';
import type { ImageStore } from './image-store.ts';
import { IMAGE_FILTERS, listImages } from './list-images.ts';
import type { ImagePuller } from './pull.ts';
import { pullResponse } from './pull-response.ts';
import { pullReference } from './pull-reference.ts';
import { IMAGE_PRUNE_FILTERS, pruneImages } from './prune-images.ts';
import { removeImage } from './remove-image.ts';
import type { RemovedImage } from './remove-image.ts';

export interface ImageRoutesDeps {
  readonly store: ImageStore;
  readonly blobs: BlobStore;
  readonly dataRoot: string;
  /** Where layers are mounted. */
  readonly overlay2: string;
  readonly puller: ImagePuller;
  /** Of what is made here. */
  readonly maker: ImageMaker;
  /** For imports from an address. */
  readonly fetch: typeof fetch;
  readonly emit: EmitEvent;
  nowMs(): number;
}

export function imageRoutes(deps: ImageRoutesDeps): Hono {
  const { store } = deps;
  const routes = new Hono();
  routes.onError(toErrorResponse);

  routes.get('/images/json', (c) => {
    const query = new Query(c.req.raw);
    const filters = Filters.parse(query.text('filters'), IMAGE_FILTERS);
    const options = { filters, all: query.flag('all'), sharedSize: query.flag('shared-size') };
    return json(listImages(store, options, deps.nowMs()));
  });

  routes.get('/images/get', (c) => saveTo(deps, c.req.raw, new Query(c.req.raw).all('names')));
  routes.get('/images/:name{.+}/get', (c) => saveTo(deps, c.req.raw, [c.req.param('name')]));
  routes.post('/images/load', (c) => loadFrom(deps, c.req.raw));

  routes.get('/images/:name{.+}/json', (c) => {
    const image = store.get(c.req.param('name'));
    return json(inspectJson(image, store.lastTaggedMs(image.id), deps.overlay2));
  });

  routes.get('/images/:name{.+}/history', (c) => {
    const image = store.get(c.req.param('name'));
    return json(historyJson(image, ancestorsOf(store, image)));
  });

  routes.post('/images/prune', async (c) => {
    const filters = Filters.parse(new Query(c.req.raw).text('filters'), IMAGE_PRUNE_FILTERS);
    const { body, removed } = await pruneImages(store, filters, deps.nowMs());
    for (const { image, what } of removed) emitRemoval(deps, image, what);
    const reclaimed = String(body.SpaceReclaimed ?? 0);
    deps.emit({ type: 'image', action: 'prune', id: '', attributes: { reclaimed } });
    return json(body);
  });

  routes.post('/images/create', (c) => create(deps, c.req.raw));

  routes.post('/images/:name{.+}/tag', async (c) => {
    await tag(deps, c.req.param('name'), new Query(c.req.raw));
    return new Response(null, { status: 201 });
  });

  routes.delete('/images/:name{.+}', async (c) => json(await remove(deps, c.req.param('name'), new Query(c.req.raw))));

  return routes;
}

async function create(deps: ImageRoutesDeps, request: Request): Promise<Response> {
  const { puller, store, emit } = deps;
  const query = new Query(request);
  if (query.text('fromImage') === '') return importFrom(deps, request);
  const reference = pullReference(query.text('fromImage'), query.text('tag'));
  const platform = query.text('platform') === '' ? undefined : parsePlatform(query.text('platform'));
  const credentials = credentialsOf(request.headers.get('x-registry-auth'));
  return pullResponse(request.signal, async (signal, report) => {
    await puller.pull({ reference, platform, credentials, signal, report });
    const imageId = store.references.get(reference);
    const name = familiarName(reference);
    emitImageEvent({ store, emit }, 'pull', familiarString(reference), name, imageId);
  });
}

async function tag({ store, emit, nowMs }: ImageRoutesDeps, name: string, query: Query): Promise<void> {
  const repository = query.text('repo');
  if (repository === '') throw new DrydockError('invalid-argument', 'repository name must have at least one component');
  const parsed = parseReference(repository);
  if (parsed.digest !== undefined) {
    throw new DrydockError('invalid-argument', 'refusing to create a tag with a digest reference');
  }
  const reference = withTag(parsed, query.text('tag') || (parsed.tag ?? 'latest'));
  const image = store.get(name);
  await store.tag(image.id, reference, nowMs());
  emitImageEvent({ store, emit }, 'tag', image.id, familiarString(reference), image.id);
}

async function remove({ store, emit }: ImageRoutesDeps, name: string, query: Query): Promise<unknown> {
  const image = store.get(name);
  const what = await removeImage(store, name, query.flag('force'), !query.flag('noprune'));
  emitRemoval({ emit }, image, what);
  return what.items;
}

function ancestorsOf(store: ImageStore, image: Image): Image[] {
  const ancestors: Image[] = [];
  for (let { parent } = image; parent !== undefined && store.has(parent);) {
    const found = store.get(parent);
    ancestors.push(found);
    parent = found.parent;
  }
  return ancestors;
}

function emitRemoval({ emit }: Pick<ImageRoutesDeps, 'emit'>, image: Image, { untagged, deleted }: RemovedImage): void {
  const labels = image.config.config?.Labels ?? {};
  for (let i = 0; i < untagged; i++) {
    emit({ type: 'image', action: 'untag', id: image.id, attributes: { ...labels, name: image.id } });
  }
  for (const id of deleted) emit({ type: 'image', action: 'delete', id, attributes: { name: id } });
}
