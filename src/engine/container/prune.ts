// POST /containers/prune: all stopped containers go.
import type { ContainerPruneResponse } from '@docker/node-sdk';
import type { Filters } from '../api/filters.ts';
import { onePruneOf } from '../one-prune.ts';
import { untilOf } from '../until-filter.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { sizesOf } from './files/changes.ts';
import { removeContainer } from './remove.ts';

export const PRUNE_FILTERS: readonly string[] = ['label', 'label!', 'until'];

type PruneBody = Omit<ContainerPruneResponse, 'ContainersDeleted'> & { readonly ContainersDeleted: string[] | null };

export function pruneContainers(context: ContainerContext, filters: Filters): Promise<PruneBody> {
  return onePruneOf(context.store, () => prune(context, filters, untilOf(filters, context.clock.nowMs())));
}

async function prune(context: ContainerContext, filters: Filters, untilMs: number | undefined): Promise<PruneBody> {
  const removed: string[] = [];
  let reclaimed = 0;
  for (const container of context.store.all()) {
    if (container.state.running || container.state.removing || !passes(container, filters, untilMs)) continue;
    try {
      const { SizeRw } = await sizesOf(context, container);
      await removeContainer(context, container, { force: false });
      removed.push(container.id);
      reclaimed += SizeRw;
    } catch (error) {
      context.log(`Cannot prune container ${container.id}: ${String(error)}`);
    }
  }
  context.emit({ type: 'container', action: 'prune', id: '', attributes: { reclaimed: String(reclaimed) } });
  // Go writes an empty list as null.
  return { ContainersDeleted: removed.length > 0 ? removed : null, SpaceReclaimed: reclaimed };
}

function passes({ config, createdMs }: Container, filters: Filters, untilMs: number | undefined): boolean {
  return (untilMs === undefined || createdMs <= untilMs) && filters.pruneLabels(config.Labels);
}
