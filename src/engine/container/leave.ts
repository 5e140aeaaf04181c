// The engine ends, the machine does not: containers are stopped or left running, and another engine finds what there is.
import type { ContainerContext } from './container-context.ts';
import { stopHealthChecks } from './health/health-monitor.ts';
import { leaveNames } from '../network/dns/container-names.ts';
import { leavePorts } from '../network/sandbox.ts';
import { stopIfRunning } from './stop.ts';

/**
 * dockerd's shutdown. @param live containers that run are left alone
 */
export async function stopAllContainers(context: ContainerContext, live: boolean): Promise<void> {
  context.lifetime.stopping = true;
  if (!live) {
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
  await leaveContainers(context);
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
