// GET /networks and POST /networks/prune. Source: moby daemon/network/filter.go, daemon/prune.go.
import { DrydockError } from '../../contracts/errors.ts';
import type { Filters } from '../api/filters.ts';
import type { ContainerContext } from '../container/container-context.ts';
import { untilOf } from '../until-filter.ts';
import type { Network } from './network.ts';
import { PREDEFINED } from './network.ts';

export const NETWORK_FILTERS = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'];
export const NETWORK_PRUNE_FILTERS = ['label', 'label!', 'until'];

/** @throws DrydockError `invalid-argument`, `internal` in Docker's words */
export function listNetworks(networks: readonly Network[], filters: Filters): Network[] {
  const chosen = networks
    .filter(({ driver }) => filters.exact('driver', driver))
    .filter(({ name }) => filters.match('name', name))
    .filter(({ id }) => filters.match('id', id))
    .filter(({ labels }) => filters.labels('label', labels))
    .filter(() => filters.exact('scope', 'local'));
  return byType(byUse(chosen, filters), filters);
}

function byUse(networks: readonly Network[], filters: Filters): readonly Network[] {
  const values = filters.values('dangling');
  if (values.length === 0) return networks;
  if (values.length > 1) throw refuse('got more than one value for filter key "dangling"');
  const [value = ''] = values;
  if (!['0', 'false', '1', 'true'].includes(value)) {
    throw refuse('invalid value for filter \'dangling\', must be "true" (or "1"), or "false" (or "0")');
  }
  // As Docker has it: the list knows nothing of containers here.
  const dangling = ['1', 'true'].includes(value);
  return networks.filter(({ name }) => PREDEFINED.includes(name) !== dangling);
}

function byType(networks: readonly Network[], filters: Filters): Network[] {
  const types = filters.values('type');
  if (types.length === 0) return [...networks];
  return types.flatMap((type) => {
    if (type !== 'builtin' && type !== 'custom') {
      throw new DrydockError('internal', `invalid filter: 'type'='${type}'`);
    }
    return networks.filter(({ name }) => PREDEFINED.includes(name) === (type === 'builtin'));
  });
}

/** @returns names of what was removed */
export async function pruneNetworks(context: ContainerContext, filters: Filters): Promise<string[]> {
  const { networks, emit, log, clock } = context;
  const untilMs = untilOf(filters, clock.nowMs());
  const deleted: string[] = [];
  for (const network of networks.all()) {
    const { name, endpoints, labels, createdMs, configOnly } = network;
    const isCandidate = !PREDEFINED.includes(name) && !configOnly && endpoints.size === 0;
    if (!isCandidate || !filters.pruneLabels(labels) || (untilMs !== undefined && createdMs > untilMs)) continue;
    try {
      await networks.remove(network);
      deleted.push(name);
    } catch (error) {
      log(`Cannot remove network ${name}: ${String(error)}`);
    }
  }
  emit({ type: 'network', action: 'prune', id: '', attributes: { reclaimed: '0' } });
  return deleted;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
