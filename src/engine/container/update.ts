// POST /containers/{id}/update: new limits and restart policy; a running container has them at once.
import { DrydockError } from '../../contracts/errors.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import type { HostConfig } from './create-request.ts';
import type { UpdateRequest } from './resource-request.ts';
import { RestartPolicy } from './restart-policy.ts';
import { resourcesOf } from './spec/resources.ts';
import { requireValidRestartPolicy } from './validate-restart-policy.ts';
import { checkResources } from './validate-resources.ts';

/** What `docker update` can change: zero and empty leave it as it is. */
const CHANGEABLE = [
  'BlkioWeight',
  'CpuShares',
  'NanoCpus',
  'CpuPeriod',
  'CpuQuota',
  'CpusetCpus',
  'CpusetMems',
  'Memory',
  'MemorySwap',
  'MemoryReservation',
] as const;

/**
 * @returns warnings
 * @throws DrydockError in Docker's words; the container is as before then
 */
export async function updateContainer(
  context: ContainerContext,
  reference: string,
  request: UpdateRequest,
): Promise<readonly string[]> {
  const policy = request.RestartPolicy;
  requireValidRestartPolicy(policy?.Name ?? '', policy?.MaximumRetryCount ?? 0);
  const { cpus } = context.runtime.host;
  const { resources, warnings } = checkResources(request, { cpus, isUpdate: true });
  const container = context.store.get(reference);
  await container.turns.run(() => apply(context, container, resources));
  return warnings;
}

async function apply(context: ContainerContext, container: Container, request: UpdateRequest): Promise<void> {
  const { state } = container;
  const before = container.hostConfig;
  if (state.removing || state.dead) {
    throw refuse(container, 'internal', 'container is marked for removal and cannot be "update"');
  }
  const problem = conflictOf(before, request);
  if (problem !== undefined) throw refuse(container, 'conflict', problem);
  const after = merged(before, request);
  if (state.running && !state.restarting) {
    try {
      await context.runtime.update(container.id, resourcesOf({ ...after, ...NOT_UPDATED }, []));
    } catch (cause) {
      throw refuse(container, 'internal', cause instanceof Error ? cause.message : String(cause), cause);
    }
  }
  container.hostConfig = after;
  if (request.RestartPolicy?.Name) container.restartPolicy = new RestartPolicy(after.RestartPolicy);
  emitContainerEvent(context, container, 'update');
}

/** Limits of single block devices stay as they are in the kernel. */
const NOT_UPDATED = {
  BlkioWeightDevice: [],
  BlkioDeviceReadBps: [],
  BlkioDeviceWriteBps: [],
  BlkioDeviceReadIOps: [],
  BlkioDeviceWriteIOps: [],
};

function conflictOf(before: HostConfig, request: UpdateRequest): string | undefined {
  const conflict = (one: string, other: string): string =>
    `Conflicting options: ${one} cannot be updated as ${other} has already been set`;
  if (request.NanoCpus > 0 && before.CpuPeriod > 0) return conflict('Nano CPUs', 'CPU Period');
  if (request.NanoCpus > 0 && before.CpuQuota > 0) return conflict('Nano CPUs', 'CPU Quota');
  if (request.CpuPeriod > 0 && before.NanoCpus > 0) return conflict('CPU Period', 'NanoCPUs');
  if (request.CpuQuota > 0 && before.NanoCpus > 0) return conflict('CPU Quota', 'NanoCPUs');
  if (request.Memory > 0 && request.Memory > before.MemorySwap && request.MemorySwap === 0) {
    return 'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time';
  }
  if (before.AutoRemove && !['', 'no'].includes(request.RestartPolicy?.Name ?? '')) {
    return 'Restart policy cannot be updated because AutoRemove is enabled for the container';
  }
  return undefined;
}

function merged(before: HostConfig, request: UpdateRequest): HostConfig {
  const given = CHANGEABLE.filter((name) => request[name] !== 0 && request[name] !== '');
  const { PidsLimit, RestartPolicy: policy } = request;
  return {
    ...before,
    ...Object.fromEntries(given.map((name) => [name, request[name]])),
    ...(typeof PidsLimit === 'number' && { PidsLimit: Math.max(PidsLimit, 0) }),
    ...(policy?.Name && { RestartPolicy: policy }),
  };
}

function refuse({ id }: Container, code: 'conflict' | 'internal', why: string, cause?: unknown): DrydockError {
  return new DrydockError(code, `Cannot update container ${id}: ${why}`, { cause });
}
