// /containers/...: parse, call, answer.
import { Hono } from 'hono';
import type { Context } from 'hono';
import { DrydockError } from '../../contracts/errors.ts';
import { createContainer } from '../container/create.ts';
import { createRequestSchema } from '../container/create-request.ts';
import { sizesOf, withSizes } from '../container/files/changes.ts';
import { inspectContainer } from '../container/inspect.ts';
import { LIST_FILTERS } from '../container/list-filter.ts';
import { listContainers } from '../container/list.ts';
import { pauseContainer, unpauseContainer } from '../container/pause.ts';
import { pruneContainers, PRUNE_FILTERS } from '../container/prune.ts';
import { removeContainer } from '../container/remove.ts';
import { renameContainer } from '../container/rename.ts';
import { resizeContainer } from '../container/resize.ts';
import { restartContainer } from '../container/restart.ts';
import { startContainer } from '../container/start.ts';
import { killContainer, stopContainer } from '../container/stop.ts';
import type { StopOptions } from '../container/stop.ts';
import { updateRequestSchema } from '../container/resource-request.ts';
import { topOf } from '../container/top.ts';
import { updateContainer } from '../container/update.ts';
import type { Container } from '../container/container.ts';
import { removeLink } from '../network/links/register-links.ts';
import { parsePlatform } from '../registry/platform.ts';
import { wrapError } from './wrap-error.ts';
import { Filters } from './filters.ts';
import { json, noContent, readJson } from './json.ts';
import { logsResponse } from './logs-response.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';
import { statsResponse } from './stats-response.ts';
import { waitResponse } from './wait-response.ts';

export function containerRoutes({ containers }: Services): Hono {
  const routes = new Hono();
  const named = (c: Context): string => c.req.param('id') ?? '';
  const found = (c: Context): Container => containers.store.get(named(c));

  routes.get('/containers/json', async (c) => {
    const query = new Query(c.req.raw);
    const filters = Filters.parse(query.text('filters'), LIST_FILTERS);
    const options = { all: query.flag('all'), limit: query.integer('limit') ?? 0, filters };
    const listed = listContainers(containers, options);
    return json(query.flag('size') ? await withSizes(containers, listed) : listed);
  });
  routes.post('/containers/create', async (c) => {
    const request = await readJson(c.req.raw, createRequestSchema);
    const query = new Query(c.req.raw);
    const platform = query.text('platform') === '' ? undefined : parsePlatform(query.text('platform'));
    const created = await createContainer(containers, query.text('name'), request, platform);
    return json({ Id: created.container.id, Warnings: created.warnings }, 201);
  });
  routes.post('/containers/prune', async (c) => {
    const filters = Filters.parse(new Query(c.req.raw).text('filters'), PRUNE_FILTERS);
    return json(await pruneContainers(containers, filters));
  });
  routes.get('/containers/:id/json', async (c) => {
    const sizes = new Query(c.req.raw).flag('size') ? await sizesOf(containers, found(c)) : undefined;
    return json(inspectContainer(found(c), containers, sizes));
  });
  routes.get('/containers/:id/logs', (c) => logsResponse(containers, found(c), c.req.raw));
  routes.get('/containers/:id/stats', (c) => statsResponse(containers, found(c), c.req.raw));
  routes.get('/containers/:id/top', async (c) => {
    return json(await topOf(containers, found(c), new Query(c.req.raw).text('ps_args')));
  });
  routes.post('/containers/:id/start', async (c) => {
    if ((await c.req.raw.text()).length > 7) {
      throw new DrydockError(
        'invalid-argument',
        'starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
      );
    }
    await startContainer(containers, found(c));
    return noContent();
  });
  routes.post('/containers/:id/stop', async (c) => {
    await wrapError(`cannot stop container: ${named(c)}`, () =>
      stopContainer(containers, found(c), stopOptions(c.req.raw)),
    );
    return noContent();
  });
  routes.post('/containers/:id/restart', async (c) => {
    const container = found(c);
    const options = stopOptions(c.req.raw);
    await wrapError(`Cannot restart container ${named(c)}`, () => restartContainer(containers, container, options));
    return noContent();
  });
  routes.post('/containers/:id/kill', async (c) => {
    await killContainer(containers, named(c), new Query(c.req.raw).text('signal'));
    return noContent();
  });
  routes.post('/containers/:id/pause', async (c) => {
    await pauseContainer(containers, found(c));
    return noContent();
  });
  routes.post('/containers/:id/unpause', async (c) => {
    await unpauseContainer(containers, found(c));
    return noContent();
  });
  routes.post('/containers/:id/update', async (c) => {
    const request = await readJson(c.req.raw, updateRequestSchema);
    return json({ Warnings: await updateContainer(containers, named(c), request) });
  });
  routes.post('/containers/:id/wait', (c) => waitResponse(found(c), c.req.raw));
  routes.post('/containers/:id/resize', async (c) => {
    const query = new Query(c.req.raw);
    const [rows, cols] = [query.size('h', 'height'), query.size('w', 'width')];
    await resizeContainer(containers, found(c), cols, rows);
    return new Response(null, { status: 200 });
  });
  routes.post('/containers/:id/rename', (c) => {
    renameContainer(containers, named(c), new Query(c.req.raw).text('name'));
    return noContent();
  });
  routes.post('/containers/:id/attach', (c) => {
    found(c);
    throw new DrydockError('invalid-argument', `error attaching to container ${named(c)}, hijack connection missing`);
  });
  routes.delete('/containers/:id', async (c) => {
    const query = new Query(c.req.raw);
    if (query.flag('link')) {
      await removeLink(containers, named(c));
      return noContent();
    }
    await removeContainer(containers, found(c), {
      force: query.flag('force'),
      volumes: query.flag('v'),
      reference: named(c),
    });
    return noContent();
  });
  return routes;
}

function stopOptions(request: Request): StopOptions {
  const query = new Query(request);
  return { signal: query.text('signal'), timeoutS: query.integer('t') };
}
