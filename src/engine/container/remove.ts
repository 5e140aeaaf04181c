// DELETE /containers/{id}, and --rm: everything of a container goes, then its name is free.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { discard } from './create.ts';
import { killAndWait } from './stop.ts';
import { removeAnonymousVolumes } from './volumes.ts';

export interface RemoveOptions {
  /** Kills it first when it runs. */
  readonly force: boolean;
  /** Anonymous volumes go with it. */
  readonly volumes?: boolean;
  /** As the caller named it, for the message. */
  readonly reference?: string;
}

/** @throws DrydockError `conflict` when it runs (without force) or is being removed */
export async function removeContainer(
  context: ContainerContext,
  container: Container,
  options: RemoveOptions,
): Promise<void> {
  const { state } = container;
  const reference = options.reference ?? container.id;
  if (state.removed) return;
  if (state.removing) {
    throw new DrydockError('conflict', `removal of container ${reference} is already in progress`);
  }
  state.removing = true;
  try {
    // A start or an exit under way comes first; no other start can follow.
    await container.turns.run(async () => undefined);
    await endRun(context, container, options);
    state.dead = true;
    container.io.close();
    await discard(context, container);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (state.dead) state.setRemovalFailed(reason);
    const code = isDrydockError(error) ? error.code : 'internal';
    throw new DrydockError(code, `cannot remove container "${reference}": ${reason}`, { cause: error });
  } finally {
    state.removing = false;
  }
  for (const [id, exec] of context.execs) if (exec.container === container) context.execs.delete(id);
  context.stats.stop(container);
  context.store.delete(container);
  if (options.volumes === true) await removeAnonymousVolumes(context, container);
  state.setRemoved();
  emitContainerEvent(context, container, 'destroy');
  // Not waited for: the container is gone whether or not a layer of its image can go.
  context.onRemoved().catch((error: unknown) => context.log(`Cannot release unused layers: ${String(error)}`));
}

async function endRun(context: ContainerContext, container: Container, { force }: RemoveOptions): Promise<void> {
  const { state } = container;
  if (!state.running) return;
  if (!force && state.paused) throw new DrydockError('conflict', 'container is paused and must be unpaused first');
  if (!force) {
    throw new DrydockError(
      'conflict',
      `container is ${state.name}: stop the container before removing or force remove`,
    );
  }
  await killAndWait(context, container);
}
