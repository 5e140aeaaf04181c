// The engine ends, the machine does not: containers are stopped or left running, and another engine finds what there is.
import type { ContainerContext } from './container-context.ts';
import { stopHealthChecks } from './health/health-monitor.ts';
import { leaveNames } from '../network/dns/container-names.ts';
import { leavePorts } from '../network/sandbox.ts';
import { stopIfRunning } from './stop.ts';

/** What dockerd gives to a container beyond its own time (moby: daemon/daemon.go, ShutdownTimeout). */
const GRACE_S = 5;

/**
 * dockerd's shutdown. @param live containers that run are left alone
 */
export async function stopAllContainers(context: ContainerContext, live: boolean): Promise<void> {
  context.lifetime.stopping = true;
  if (!live && !(await doneWithin(context, shutdownTimeoutS(context), stopEach(context)))) {
    context.log('Force shutdown daemon');
  }
  await leaveContainers(context);
}

async function stopEach(context: ContainerContext): Promise<void> {
  await Promise.all(
    context.store.all().map(async (container) => {
      try {
        await stopIfRunning(context, container, { signal: '', timeoutS: undefined });
      } catch (error) {
        context.log(`Cannot stop container ${container.id}: ${String(error)}`);
      }
    }),
  );
}

/** daemon.json's `shutdown-timeout`, and never less than what a container may take to end. Negative: for ever. */
function shutdownTimeoutS({ daemon, store }: ContainerContext): number {
  const timeouts = store.all().map(({ stopTimeoutS }) => stopTimeoutS);
  if (daemon.shutdownTimeoutS < 0 || timeouts.some((timeoutS) => timeoutS < 0)) return -1;
  return Math.max(daemon.shutdownTimeoutS, ...timeouts.map((timeoutS) => timeoutS + GRACE_S));
}

async function doneWithin({ clock }: ContainerContext, timeoutS: number, work: Promise<void>): Promise<boolean> {
  const done = work.then(() => true);
  if (timeoutS < 0) return done;
  let cancel = (): void => undefined;
  const late = new Promise<false>((resolve) => {
    cancel = clock.after(timeoutS * 1000, () => resolve(false));
  });
  return Promise.race([done, late]).finally(() => cancel());
}

/** What was read of their output is logged, and what they are is on the disk; they go on. */
export async function settleContainers({ store, disk }: ContainerContext): Promise<void> {
  await Promise.all(store.all().map(({ log }) => log.flush()));
  await disk.idle();
}

/** Lets go of every container as it is, as a killed dockerd does: what was read of its output is logged, the rest waits. */
export async function leaveContainers(context: ContainerContext): Promise<void> {
  // From here on no start and no exit begins.
  context.lifetime.end();
  await Promise.all(
    context.store.all().map((container) =>
      // A start or an exit under way comes first.
      container.turns.run(async () => {
        stopHealthChecks(container);
        leavePorts(container);
        leaveNames(container);
        await container.io.release();
        for (const { io } of container.execs.values()) io.close();
        await container.log.flush();
      }),
    ),
  );
  await context.disk.idle();
  context.disk.end();
}
