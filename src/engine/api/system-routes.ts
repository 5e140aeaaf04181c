// /_ping, /version, /info, /system/df, and the prunes of what there is nothing of yet.
import { Hono } from 'hono';
import { diskUsageOf } from '../system/disk-usage.ts';
import { infoOf } from '../system/info.ts';
import { versionOf } from '../system/version.ts';
import { json } from './json.ts';
import type { Services } from './services.ts';

const PING_HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, no-store, must-revalidate',
  pragma: 'no-cache',
  swarm: 'inactive',
  // Which builder a client should use: the classic one, no BuildKit sessions.
  'builder-version': '1',
};

export function systemRoutes(services: Services): Hono {
  const routes = new Hono();
  // Hono answers HEAD with GET's head.
  routes.get('/_ping', () => new Response('OK', { headers: PING_HEADERS }));
  routes.get('/version', () => json(versionOf(services.containers.runtime.host)));
  routes.get('/info', () => json(infoOf(services)));
  routes.get('/system/df', async (c) => {
    const kinds = new URL(c.req.url).searchParams.getAll('type');
    return json(await diskUsageOf(services, kinds));
  });
  // Nothing has been built, so no cache can go.
  routes.post('/build/prune', () => {
    const { emit } = services.containers;
    emit({ type: 'builder', action: 'prune', id: '', attributes: { reclaimed: '0' } });
    return json({ CachesDeleted: null, SpaceReclaimed: 0 });
  });
  return routes;
}
