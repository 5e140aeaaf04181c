// kill and stop: signals, and how long to wait for what they do.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { parseSignal, requireKnownSignal, SIGKILL } from './signals.ts';

export interface StopOptions {
  /** Empty for the container's own. */
  readonly signal: string;
  /** Seconds until SIGKILL; negative waits for ever; undefined is the container's own. */
  readonly timeoutS: number | undefined;
}

const KILL_WAIT_MS = 10_000;

/** POST /containers/{id}/kill. @throws DrydockError `conflict` when it does not run */
export async function killContainer(context: ContainerContext, reference: string, signalName: string): Promise<void> {
  try {
    const signal = signalName === '' ? SIGKILL : parseSignal(signalName);
    requireKnownSignal(signal);
    const container = context.store.get(reference);
    if (signal === SIGKILL) await killAndWait(context, container);
    else await sendSignal(context, container, signal);
  } catch (error) {
    if (!isDrydockError(error)) throw error;
    throw new DrydockError(error.code, `cannot kill container: ${reference}: ${error.message}`, { cause: error });
  }
}

/** POST /containers/{id}/stop. @throws DrydockError `not-modified` when it does not run */
export async function stopContainer(
  context: ContainerContext,
  container: Container,
  options: StopOptions,
): Promise<void> {
  if (!container.state.running) throw new DrydockError('not-modified', 'container is already stopped');
  await stopIfRunning(context, container, options);
}

/** SIGKILL, then waits for the exit. @throws DrydockError `conflict` when it does not run */
export async function killAndWait(context: ContainerContext, container: Container): Promise<void> {
  await sendSignal(context, container, SIGKILL);
  if (await endsWithin(context, container, KILL_WAIT_MS)) return;
  throw new DrydockError('internal', 'tried to kill container, but did not receive an exit event');
}

/** As `stopContainer`, but a container that does not run is fine. */
export async function stopIfRunning(
  context: ContainerContext,
  container: Container,
  options: StopOptions,
): Promise<void> {
  if (!container.state.running) return;
  const signal = options.signal === '' ? container.stopSignal : parseSignal(options.signal);
  const timeoutS = options.timeoutS ?? container.stopTimeoutS;
  await sendSignal(context, container, signal);
  if (timeoutS < 0) await container.state.wait('not-running');
  else if (!(await endsWithin(context, container, timeoutS * 1000))) await killAndWait(context, container);
  emitContainerEvent(context, container, 'stop');
}

async function sendSignal(context: ContainerContext, container: Container, signal: number): Promise<void> {
  const { state } = container;
  if (!state.running) throw new DrydockError('conflict', `container ${container.id} is not running`);
  // As Docker: with no stop signal of its own, every signal counts as the user's wish to end it.
  const asksForEnd = signal === SIGKILL || !container.config.StopSignal || signal === container.stopSignal;
  if (asksForEnd) container.restartPolicy.cancel();
  if (!context.lifetime.stopping && !container.stoppedByUser) {
    container.stoppedByUser = true;
    context.disk.save(container);
  }
  if (state.restarting) {
    if (asksForEnd) container.cancelRestart?.();
    return;
  }
  // Not in turn with pause: a paused container must be killable, and thaws to take the signal.
  try {
    await context.runtime.kill(container.id, signal);
    if (state.paused && asksForEnd) {
      await context.runtime.setFrozen(container.id, false);
      state.paused = false;
    }
  } catch (error) {
    // Gone already: its exit is on the way.
    if (!isDrydockError(error, 'not-found')) throw error;
  }
  emitContainerEvent(context, container, 'kill', { signal: String(signal) });
}

async function endsWithin({ clock }: ContainerContext, { state }: Container, ms: number): Promise<boolean> {
  const timeout = new AbortController();
  const cancel = clock.after(ms, () => timeout.abort());
  try {
    await state.wait('not-running', timeout.signal);
    return true;
  } catch {
    return false;
  } finally {
    cancel();
  }
}
