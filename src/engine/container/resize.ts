// The window of a container's or exec's terminal.
import { DrydockError } from '../../contracts/errors.ts';
import type { Clock } from '../clock.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import type { ExecInstance } from './exec/exec-instance.ts';

/** @throws DrydockError `conflict` when it does not run */
export async function resizeContainer(
  context: ContainerContext,
  container: Container,
  cols: number,
  rows: number,
): Promise<void> {
  if (!container.state.running || container.task === undefined) {
    throw new DrydockError('conflict', `container ${container.id} is not running`);
  }
  await container.task.resize(cols, rows);
  emitContainerEvent(context, container, 'resize', { height: String(rows), width: String(cols) });
}

const EXEC_START_MS = 10_000;

/** Waits for its start, since clients send the size before. @throws DrydockError `invalid-argument` when it failed */
export async function resizeExec(
  { clock }: ContainerContext,
  exec: ExecInstance,
  cols: number,
  rows: number,
): Promise<void> {
  const task = await within(clock, EXEC_START_MS, exec.started.promise);
  if (task === undefined) throw new DrydockError('invalid-argument', 'exec process is not started');
  if (exec.running) await task.resize(cols, rows);
}

async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(new DrydockError('internal', 'timeout waiting for exec session ready')));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
