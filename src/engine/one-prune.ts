// Two prunes of the same things would count the same bytes twice and trip over each other's removals: as in dockerd, the
// second one is refused while the first runs.
import { DrydockError } from '../contracts/errors.ts';

/** The stores that are being pruned. */
const pruning = new WeakSet<object>();

/** @throws DrydockError `conflict` when that store is being pruned; whatever `prune` throws */
export async function onePruneOf<T>(store: object, prune: () => Promise<T>): Promise<T> {
  if (pruning.has(store)) throw new DrydockError('conflict', 'a prune operation is already running');
  pruning.add(store);
  try {
    return await prune();
  } finally {
    pruning.delete(store);
  }
}
