// POST /containers/prune: all stopped containers go.
import type { ContainerPruneResponse } from '@docker/node-sdk';
import type { Filters } from '../api/filters.ts';
import { parseTimestamp } from '../timestamp.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { removeContainer } from './remove.ts';

export const PRUNE_FILTERS: readonly string[] = ['label', 'label!', 'until'];

export async function pruneContainers(context: ContainerContext, filters: Filters): Promise<ContainerPruneResponse> {
  const removed: string[] = [];
  for (const container of context.store.all()) {
    if (container.state.running || container.state.removing || !passes(container, filters)) continue;
    await removeContainer(context, container, { force: false });
    removed.push(container.id);
  }
  context.emit({ type: 'container', action: 'prune', id: '', attributes: { reclaimed: '0' } });
  return { ContainersDeleted: removed, SpaceReclaimed: 0 };
}

function passes({ config, createdMs }: Container, filters: Filters): boolean {
  const untilMs = parseTimestamp(filters.values('until')[0] ?? '');
  const unwanted = filters.values('label!');
  return (
    (untilMs === undefined || createdMs < untilMs) &&
    filters.labels('label', config.Labels) &&
    (unwanted.length === 0 || !filters.labels('label!', config.Labels))
  );
}
