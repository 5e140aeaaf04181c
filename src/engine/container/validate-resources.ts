// Limits that Docker refuses, or drops with a warning, before any kernel sees them; in Docker's words.
import { DrydockError } from '../../contracts/errors.ts';
import { cpusetProblem } from './cpuset.ts';
import type { Resources } from './resource-request.ts';

const MIN_MEMORY_BYTES = 6 * 1024 * 1024;
const NANO = 1e9;

export interface CheckedResources<Given> {
  readonly resources: Given;
  readonly warnings: readonly string[];
}

export interface CheckResourcesOptions {
  /** CPUs of the host. */
  readonly cpus: number;
  /** `docker update` may change the swap limit alone. */
  readonly isUpdate: boolean;
}

/**
 * @returns the resources as they are in force: without what cgroup v2 does not have
 * @throws DrydockError `invalid-argument`
 */
export function checkResources<Given extends Resources>(
  given: Given,
  { cpus, isUpdate }: CheckResourcesOptions,
): CheckedResources<Given> {
  const problem = memoryProblem(given, isUpdate) ?? cpuProblem(given, cpus) ?? blockProblem(given);
  if (problem !== undefined) throw new DrydockError('invalid-argument', problem);
  const warnings: string[] = [];
  if ((given.MemorySwappiness ?? -1) !== -1) {
    warnings.push(
      'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
    );
  }
  if (given.OomKillDisable === true) {
    warnings.push('Your kernel does not support OomKillDisable. OomKillDisable discarded.');
  }
  if (given.CpuPercent > 0) warnings.push('linux does not support CPU percent. Percent discarded.');
  return { resources: { ...given, MemorySwappiness: null, OomKillDisable: null, CpuPercent: 0 }, warnings };
}

/** What Docker checks while it reads a create request. @throws DrydockError `invalid-argument` */
export function requireSupported(given: Resources): void {
  const refuse = (message: string): DrydockError => new DrydockError('invalid-argument', message);
  if (given.IOMaximumBandwidth !== 0) {
    throw refuse('invalid option: QoS maximum bandwidth configuration is not supported on linux');
  }
  if (given.IOMaximumIOps !== 0) {
    throw refuse('invalid option: QoS maximum IOPs configuration is not supported on linux');
  }
  if (given.CpuRealtimePeriod !== 0 || given.CpuRealtimeRuntime !== 0) {
    throw refuse('kernel does not support CPU real-time scheduler');
  }
  if (given.CpuShares < 0) {
    throw refuse(`invalid CPU shares (${given.CpuShares}): value must be a positive integer`);
  }
}

function memoryProblem({ Memory, MemorySwap, MemoryReservation }: Resources, isUpdate: boolean): string | undefined {
  if (Memory !== 0 && Memory < MIN_MEMORY_BYTES) return 'Minimum memory limit allowed is 6MB';
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory) {
    return 'Minimum memoryswap limit should be larger than memory limit, see usage';
  }
  if (Memory === 0 && MemorySwap > 0 && !isUpdate) {
    return 'You should always set the Memory limit when using Memoryswap limit, see usage';
  }
  if (MemoryReservation > 0 && MemoryReservation < MIN_MEMORY_BYTES) return 'Minimum memory reservation allowed is 6MB';
  if (Memory > 0 && MemoryReservation > 0 && Memory < MemoryReservation) {
    return 'Minimum memory limit can not be less than memory reservation limit, see usage';
  }
  return undefined;
}

function cpuProblem(given: Resources, cpus: number): string | undefined {
  const { NanoCpus, CpuPeriod, CpuQuota, CpusetCpus, CpusetMems } = given;
  if (NanoCpus > 0 && CpuPeriod > 0) return 'Conflicting options: Nano CPUs and CPU Period cannot both be set';
  if (NanoCpus > 0 && CpuQuota > 0) return 'Conflicting options: Nano CPUs and CPU Quota cannot both be set';
  if (NanoCpus < 0 || NanoCpus > cpus * NANO) {
    return `range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`;
  }
  if (CpuPeriod !== 0 && (CpuPeriod < 1_000 || CpuPeriod > 1_000_000)) {
    return 'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)';
  }
  if (CpuQuota > 0 && CpuQuota < 1_000) return 'CPU cfs quota can not be less than 1ms (i.e. 1000)';
  return cpusetProblem('cpus', 'CPUs', CpusetCpus, cpus) ?? cpusetProblem('mems', 'memory nodes', CpusetMems, 1);
}

function blockProblem({ BlkioWeight, IOMaximumBandwidth, IOMaximumIOps }: Resources): string | undefined {
  if (BlkioWeight > 0 && (BlkioWeight < 10 || BlkioWeight > 1000)) return 'Range of blkio weight is from 10 to 1000';
  if (IOMaximumBandwidth !== 0 || IOMaximumIOps !== 0) {
    return 'Invalid QoS settings: linux does not support Maximum IO Bandwidth or Maximum IO IOps';
  }
  return undefined;
}
