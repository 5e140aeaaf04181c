// Asks the engine to delete what nobody uses of one kind, and puts what went into Docker's words.
import type { CliContext } from '../cli-context.ts';
import { filtersQuery } from '../engine/filters-query.ts';
import type { Filters } from '../flags/list-flags.ts';
import { withFilter } from '../flags/list-flags.ts';
import type { PruneReport } from './prune-report.ts';
import { deletedLines, pruneOf } from './prune-report.ts';

interface Deleted {
  readonly SpaceReclaimed?: number;
  readonly NetworksDeleted?: readonly string[] | null;
  readonly VolumesDeleted?: readonly string[] | null;
  readonly ImagesDeleted?: readonly { readonly Untagged?: string; readonly Deleted?: string }[] | null;
  readonly CachesDeleted?: readonly string[] | null;
}

export function pruneNetworks(context: CliContext, filters: Filters): Promise<PruneReport> {
  return pruneOf<Deleted>(context, { path: '/networks/prune', filters }, ({ NetworksDeleted }) =>
    deletedLines('Networks', NetworksDeleted ?? []),
  );
}

export function pruneVolumes(context: CliContext, filters: Filters): Promise<PruneReport> {
  return pruneOf<Deleted>(context, { path: '/volumes/prune', filters }, ({ VolumesDeleted }) =>
    deletedLines('Volumes', VolumesDeleted ?? []),
  );
}

/** @param all those that have a name, too */
export function pruneImages(context: CliContext, filters: Filters, all: boolean): Promise<PruneReport> {
  const chosen = withFilter(filters, 'dangling', String(!all));
  return pruneOf<Deleted>(context, { path: '/images/prune', filters: chosen }, ({ ImagesDeleted }) =>
    deletedLines(
      'Images',
      (ImagesDeleted ?? []).map(({ Untagged = '', Deleted: id = '' }) =>
        Untagged === '' ? `deleted: ${id}` : `untagged: ${Untagged}`,
      ),
    ),
  );
}

/** Unlike the others, what it freed counts even when nothing is named. */
export async function pruneBuildCache(context: CliContext, filters: Filters, all: boolean): Promise<PruneReport> {
  const query = { ...(all ? { all: '1' } : {}), filters: '', ...filtersQuery(filters) };
  const answer = await context.engine.json<Deleted>('POST', '/build/prune', { query });
  const deleted = deletedLines('build cache objects', answer.CachesDeleted ?? []);
  return { deleted, reclaimedBytes: answer.SpaceReclaimed ?? 0 };
}
