// Limits that Docker refuses before any kernel sees them, in Docker's words.
import { DrydockError } from '../../contracts/errors.ts';
import type { HostInfo } from '../../contracts/runtime.ts';
import type { HostConfig } from './create-request.ts';

const MIN_MEMORY_BYTES = 6 * 1024 * 1024;
const NANO = 1e9;

/** @throws DrydockError `invalid-argument` */
export function validateResources(config: HostConfig, host: HostInfo): void {
  const problem = memoryProblem(config) ?? cpuProblem(config, host.cpus) ?? otherProblem(config);
  if (problem !== undefined) throw new DrydockError('invalid-argument', problem);
}

function memoryProblem({ Memory, MemorySwap, MemoryReservation }: HostConfig): string | undefined {
  if (Memory !== 0 && Memory < MIN_MEMORY_BYTES) return 'Minimum memory limit allowed is 6MB';
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory) {
    return 'Minimum memoryswap limit should be larger than memory limit, see usage';
  }
  if (Memory === 0 && MemorySwap > 0)
    return 'You should always set the Memory limit when using Memoryswap limit, see usage';
  if (MemoryReservation > 0 && MemoryReservation < MIN_MEMORY_BYTES) return 'Minimum memory reservation allowed is 6MB';
  if (Memory > 0 && MemoryReservation > 0 && Memory < MemoryReservation) {
    return 'Minimum memory limit can not be less than memory reservation limit, see usage';
  }
  return undefined;
}

function cpuProblem(config: HostConfig, cpus: number): string | undefined {
  const { NanoCpus, CpuPeriod, CpuQuota, CpuShares, CpusetCpus, CpusetMems } = config;
  if (CpuShares < 0) return `invalid CPU shares (${CpuShares}): value must be a positive integer`;
  if (NanoCpus > 0 && CpuPeriod > 0) return 'Conflicting options: Nano CPUs and CPU Period cannot both be set';
  if (NanoCpus > 0 && CpuQuota > 0) return 'Conflicting options: Nano CPUs and CPU Quota cannot both be set';
  if (NanoCpus < 0 || NanoCpus > cpus * NANO) {
    return `range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`;
  }
  if (CpuPeriod !== 0 && (CpuPeriod < 1_000 || CpuPeriod > 1_000_000)) {
    return 'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)';
  }
  if (CpuQuota > 0 && CpuQuota < 1_000) return 'CPU cfs quota can not be less than 1ms (i.e. 1000)';
  return setProblem('cpus', 'CPUs', CpusetCpus, cpus) ?? setProblem('mems', 'memory nodes', CpusetMems, 1);
}

function setProblem(name: string, what: string, value: string, available: number): string | undefined {
  const last = available - 1;
  for (const part of value.split(',').filter((one) => one !== '')) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    const end = Number(range?.[2] ?? range?.[1]);
    if (range === null || end < Number(range[1])) return `Invalid value ${value} for cpuset ${name}`;
    if (end > last)
      return `Requested ${what} are not available - requested ${value}, available: ${last === 0 ? '0' : `0-${last}`}`;
  }
  return undefined;
}

function otherProblem({ BlkioWeight, OomScoreAdj, ShmSize }: HostConfig): string | undefined {
  if (BlkioWeight !== 0 && (BlkioWeight < 10 || BlkioWeight > 1000)) return 'Range of blkio weight is from 10 to 1000';
  if (ShmSize < 0) return 'SHM size can not be less than 0';
  if (OomScoreAdj < -1000 || OomScoreAdj > 1000) {
    return `Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`;
  }
  return undefined;
}
