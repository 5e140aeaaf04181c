// docker restart: stop, then start, as one.
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { startContainer } from './start.ts';
import { stopIfRunning } from './stop.ts';
import type { StopOptions } from './stop.ts';

/** POST /containers/{id}/restart. */
export async function restartContainer(
  context: ContainerContext,
  container: Container,
  options: StopOptions,
): Promise<void> {
  container.restartedByUser = true;
  try {
    await stopIfRunning(context, container, options);
    await startContainer(context, container);
  } finally {
    container.restartedByUser = false;
  }
  emitContainerEvent(context, container, 'restart');
}
