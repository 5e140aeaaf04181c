// /volumes: parse, call, answer.
import { Hono } from 'hono';
import { z } from 'zod';
import { isDrydockError } from '../../contracts/errors.ts';
import { listVolumes, pruneVolumes, VOLUME_FILTERS, VOLUME_PRUNE_FILTERS } from '../volume/list-volumes.ts';
import { volumeBody } from '../volume/volume.ts';
import { Filters } from './filters.ts';
import { json, noContent, readJson } from './json.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';

const textMap = z.record(z.string(), z.string()).nullish();
const createSchema = z.looseObject({
  Name: z.string().nullish(),
  Driver: z.string().nullish(),
  DriverOpts: textMap,
  Labels: textMap,
  ClusterVolumeSpec: z.unknown().optional(),
});

const SERVICE_UNAVAILABLE = 503;
const NOT_A_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

export function volumeRoutes({ containers }: Services): Hono {
  const { volumes, runtime, emit, log } = containers;
  const routes = new Hono();
  const filtersOf = (request: Request, accepted: readonly string[]): Filters =>
    Filters.parse(new Query(request).text('filters'), accepted);

  routes.get('/volumes', (c) => json(listVolumes(volumes, filtersOf(c.req.raw, VOLUME_FILTERS))));
  routes.post('/volumes/create', async (c) => {
    const { Name, Driver, DriverOpts, Labels, ClusterVolumeSpec } = await readJson(c.req.raw, createSchema);
    if (ClusterVolumeSpec) return json({ message: NOT_A_MANAGER }, SERVICE_UNAVAILABLE);
    const request = { name: Name ?? '', driver: Driver ?? '', options: DriverOpts ?? null, labels: Labels ?? null };
    return json(volumeBody(await volumes.create(request)), 201);
  });
  routes.post('/volumes/prune', async (c) => {
    const filters = filtersOf(c.req.raw, VOLUME_PRUNE_FILTERS);
    return json(await pruneVolumes({ store: volumes, runtime, emit, log }, filters));
  });
  routes.get('/volumes/:name', (c) => json(volumeBody(volumes.get(c.req.param('name')))));
  routes.put('/volumes/:name', () => {
    const message = 'volume update only valid for cluster volumes, but swarm is unavailable';
    return json({ message }, SERVICE_UNAVAILABLE);
  });
  routes.delete('/volumes/:name', async (c) => {
    try {
      await volumes.remove(c.req.param('name'));
    } catch (error) {
      if (!isDrydockError(error, 'not-found') || !new Query(c.req.raw).flag('force')) throw error;
    }
    return noContent();
  });
  return routes;
}
