// The end of a container's process: last output, state, events, then removal or the next run, as its options say.
import type { TaskExit } from '../../contracts/runtime.ts';
import { releaseNetworks } from '../network/sandbox.ts';
import { emitContainerEvent, emitNetworkEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { forgetUnstarted } from './exec/exec.ts';
import { stopHealthChecks } from './health/health-monitor.ts';
import { removeContainer } from './remove.ts';
import { emitUnmounts, unmountVolumes } from './volumes.ts';
import { releaseSharedMemory } from './shared-memory.ts';

/** Starts the container again, in its turn. */
type Relaunch = () => Promise<void>;

export async function handleExit(
  context: ContainerContext,
  container: Container,
  exit: TaskExit,
  relaunch: Relaunch,
): Promise<void> {
  await container.turns.run(() => settle(context, container, exit, relaunch));
  const { state, hostConfig } = container;
  if (context.lifetime.ended) return;
  if (hostConfig.AutoRemove && !state.running && !container.restartedByUser && !state.removing) {
    await removeContainer(context, container, { force: true, volumes: true });
  }
}

async function settle(
  context: ContainerContext,
  container: Container,
  exit: TaskExit,
  relaunch: Relaunch,
): Promise<void> {
  const { state, restartPolicy, hostConfig } = container;
  // The next engine settles it.
  if (context.lifetime.ended) return;
  stopHealthChecks(container);
  forgetUnstarted(context, container);
  await container.io.finish();
  // An end that is told is one that is in the log. What is removed next is not written.
  if (!hostConfig.AutoRemove && !state.removing) await container.log.flush();
  container.task = undefined;
  await releaseSharedMemory(context, container);
  const nowMs = context.clock.nowMs();
  const ranForMs = nowMs - (state.startedAtMs ?? nowMs);
  state.oomKilled = exit.oomKilled;
  if (exit.oomKilled) emitContainerEvent(context, container, 'oom');

  const delayMs = state.removing
    ? undefined
    : restartPolicy.afterExit(exit.exitCode, container.stoppedByUser, ranForMs);
  const attributes = { exitCode: String(exit.exitCode), execDuration: String(Math.floor(ranForMs / 1000)) };
  const left = [...container.networks.values()].flatMap(({ endpoint }) => (endpoint ? [endpoint.network] : []));
  releaseNetworks(context, container);
  for (const network of left) emitNetworkEvent(context, container.id, network, 'disconnect');
  await unmountVolumes(context, container);
  emitUnmounts(context, container);
  emitContainerEvent(context, container, 'die', attributes);
  if (delayMs === undefined) {
    state.setStopped(exit.exitCode, nowMs);
  } else {
    container.restartCount++;
    state.setRestarting(exit.exitCode, nowMs);
    restartLater(context, container, delayMs, relaunch);
  }
  // What is removed next is not worth saving.
  if (!hostConfig.AutoRemove || container.restartedByUser) context.disk.save(container);
  // Sent after the save: should the engine end here, one of the two tells of the exit.
  forgetTask(context, container);
}

/** Not waited for: nothing asks for it again. */
function forgetTask({ runtime, log }: ContainerContext, { id }: Container): void {
  runtime.forget(id).catch((error: unknown) => log(`Cannot remove the bundle of container ${id}: ${String(error)}`));
}

function restartLater(context: ContainerContext, container: Container, delayMs: number, relaunch: Relaunch): void {
  const { state } = container;
  const cancelTimer = context.clock.after(delayMs, () => {
    container.cancelRestart = undefined;
    if (context.lifetime.ended) return;
    relaunch().catch((error: unknown) => {
      context.log(`Cannot restart container ${container.id}: ${String(error)}`);
    });
  });
  container.cancelRestart = () => {
    cancelTimer();
    container.cancelRestart = undefined;
    state.setStopped(state.exitCode, state.finishedAtMs ?? context.clock.nowMs());
    context.disk.save(container);
  };
}
