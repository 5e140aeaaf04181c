// pause and unpause: the container's cgroup is frozen, its processes do not notice.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { resumeHealthChecks, stopHealthChecks } from './health/health-monitor.ts';

/** @throws DrydockError `conflict` when it does not run, is paused, or is restarting */
export async function pauseContainer(context: ContainerContext, container: Container): Promise<void> {
  await container.turns.run(async () => {
    const { state, id } = container;
    if (!state.running) throw new DrydockError('conflict', `container ${id} is not running`);
    if (state.paused) throw new DrydockError('conflict', `Container ${id} is already paused`);
    if (state.restarting) {
      throw new DrydockError('conflict', `Container ${id} is restarting, wait until the container is running`);
    }
    await setFrozen(context, id, true);
    state.paused = true;
    stopHealthChecks(container);
    context.disk.save(container);
    emitContainerEvent(context, container, 'pause');
  });
}

/** @throws DrydockError `internal` when it is not paused: Docker answers 500 */
export async function unpauseContainer(context: ContainerContext, container: Container): Promise<void> {
  await container.turns.run(async () => {
    const { state, id } = container;
    if (!state.paused) throw new DrydockError('internal', `Container ${id} is not paused`);
    await setFrozen(context, id, false);
    state.paused = false;
    resumeHealthChecks(context, container);
    context.disk.save(container);
    emitContainerEvent(context, container, 'unpause');
  });
}

/** It may have ended without our knowing yet. */
async function setFrozen({ runtime }: ContainerContext, id: string, frozen: boolean): Promise<void> {
  try {
    await runtime.setFrozen(id, frozen);
  } catch (error) {
    throw isDrydockError(error, 'not-found')
      ? new DrydockError('conflict', `container ${id} is not running`, { cause: error })
      : error;
  }
}
