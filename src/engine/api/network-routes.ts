// /networks: reading only, so far.
import { Hono } from 'hono';
import { networkBody } from '../system/networks.ts';
import { Filters } from './filters.ts';
import { json } from './json.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';

const NETWORK_FILTERS = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'];

const NETWORK_PRUNE_FILTERS = ['label', 'label!', 'until'];

export function networkRoutes({ networks, containers }: Services): Hono {
  const routes = new Hono();
  routes.get('/networks', (c) => {
    const filters = Filters.parse(new Query(c.req.raw).text('filters'), NETWORK_FILTERS);
    const chosen = networks
      .all()
      .filter(({ name }) => filters.match('name', name))
      .filter(({ id }) => filters.match('id', id))
      .filter(({ driver }) => filters.exact('driver', driver))
      .filter(() => filters.exact('scope', 'local') && filters.exact('type', 'builtin'))
      .filter(() => filters.labels('label', {}));
    return json(chosen.map(networkBody));
  });
  routes.get('/networks/:id', (c) => json(networkBody(networks.get(c.req.param('id')))));
  routes.post('/networks/prune', (c) => {
    Filters.parse(new Query(c.req.raw).text('filters'), NETWORK_PRUNE_FILTERS);
    containers.emit({ type: 'network', action: 'prune', id: '', attributes: { reclaimed: '0' } });
    // The three networks that are there always stay.
    return json({ NetworksDeleted: null });
  });
  return routes;
}
