// /networks: parse, call, answer.
import { Hono } from 'hono';
import { z } from 'zod';
import { createNetwork, networkCreateSchema } from '../network/create-network.ts';
import { connectContainer, disconnectContainer } from '../network/connect.ts';
import { endpointSchema, NO_REQUEST } from '../network/endpoint-request.ts';
import { listNetworks, NETWORK_FILTERS, NETWORK_PRUNE_FILTERS, pruneNetworks } from '../network/list-networks.ts';
import { networkBody } from '../network/network-body.ts';
import { flag, text } from '../container/request-fields.ts';
import { Filters } from './filters.ts';
import { json, noContent, readJson } from './json.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';

const connectSchema = z.looseObject({ Container: text, EndpointConfig: endpointSchema.nullish() });
const disconnectSchema = z.looseObject({ Container: text, Force: flag });

export function networkRoutes({ networks, containers }: Services): Hono {
  const routes = new Hono();
  const filtersOf = (request: Request, accepted: readonly string[]): Filters =>
    Filters.parse(new Query(request).text('filters'), accepted);

  routes.get('/networks', (c) => {
    const listed = listNetworks(networks.all(), filtersOf(c.req.raw, NETWORK_FILTERS));
    return json(listed.map((network) => networkBody(network, false)));
  });
  routes.post('/networks/create', async (c) => {
    const network = await createNetwork(networks, containers.daemon, await readJson(c.req.raw, networkCreateSchema));
    return json({ Id: network.id, Warning: '' }, 201);
  });
  routes.post('/networks/prune', async (c) => {
    const deleted = await pruneNetworks(containers, filtersOf(c.req.raw, NETWORK_PRUNE_FILTERS));
    return json({ NetworksDeleted: deleted.length === 0 ? null : deleted });
  });
  routes.get('/networks/:id', (c) => json(networkBody(networks.get(c.req.param('id')), true)));
  routes.delete('/networks/:id', async (c) => {
    await networks.remove(networks.get(c.req.param('id')));
    return noContent();
  });
  routes.post('/networks/:id/connect', async (c) => {
    const { Container, EndpointConfig } = await readJson(c.req.raw, connectSchema);
    await connectContainer(containers, c.req.param('id'), Container, EndpointConfig ?? NO_REQUEST);
    return new Response(null, { status: 200 });
  });
  routes.post('/networks/:id/disconnect', async (c) => {
    const { Container, Force } = await readJson(c.req.raw, disconnectSchema);
    await disconnectContainer(containers, c.req.param('id'), Container, Force);
    return new Response(null, { status: 200 });
  });
  return routes;
}
