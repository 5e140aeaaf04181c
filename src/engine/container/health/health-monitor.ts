// Asks a running container how it is, again and again: from its start to its end, but not while it is paused.
import { emitContainerEvent } from '../container-context.ts';
import type { ContainerContext } from '../container-context.ts';
import type { Container } from '../container.ts';
import { healthPlan } from './health-config.ts';
import type { HealthPlan } from './health-config.ts';
import { HealthState } from './health-state.ts';
import type { HealthStatus } from './health-state.ts';
import { probe } from './probe.ts';

/** The container started, or was found running by a new engine: nothing is known of it. */
export function beginHealthChecks(context: ContainerContext, container: Container): void {
  if (healthPlan(container.config) === undefined) return;
  container.state.health ??= new HealthState();
  stopHealthChecks(container);
  container.state.health.begin();
  resumeHealthChecks(context, container);
}

/** After a pause. */
export function resumeHealthChecks(context: ContainerContext, container: Container): void {
  const plan = healthPlan(container.config);
  if (plan === undefined || container.state.health === undefined || container.healthChecks !== undefined) return;
  const monitor = new AbortController();
  container.healthChecks = monitor;
  askLater(context, container, plan, monitor.signal);
}

/** As Docker, nobody calls a container healthy that is not asked. */
export function stopHealthChecks(container: Container): void {
  if (container.healthChecks === undefined) return;
  container.healthChecks.abort();
  container.healthChecks = undefined;
  if (container.state.health !== undefined) container.state.health.status = 'unhealthy';
}

function askLater(context: ContainerContext, container: Container, plan: HealthPlan, signal: AbortSignal): void {
  const cancel = context.clock.after(intervalMs(context, container, plan), () => {
    signal.removeEventListener('abort', cancel);
    void askNow(context, container, plan, signal);
  });
  signal.addEventListener('abort', cancel, { once: true });
}

async function askNow(
  context: ContainerContext,
  container: Container,
  plan: HealthPlan,
  signal: AbortSignal,
): Promise<void> {
  const { state } = container;
  const result = await probe(context, container, plan, signal);
  if (signal.aborted || state.health === undefined) return;
  const before: HealthStatus = state.health.status;
  const { startPeriodMs, retries } = plan;
  state.health.take(result, { startMs: state.startedAtMs ?? result.startMs, startPeriodMs, retries });
  context.disk.save(container);
  if (state.health.status !== before) emitContainerEvent(context, container, `health_status: ${state.health.status}`);
  askLater(context, container, plan, signal);
}

function intervalMs({ clock }: ContainerContext, { state }: Container, plan: HealthPlan): number {
  const isStarting =
    clock.nowMs() - (state.startedAtMs ?? 0) < plan.startPeriodMs && state.health?.status === 'starting';
  return isStarting ? plan.startIntervalMs : plan.intervalMs;
}
