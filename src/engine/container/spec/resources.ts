// --memory, --cpus and the rest as the OCI runtime wants them.
import type { OciProcess, OciResources } from '../../../contracts/oci-runtime.ts';
import type { HostConfig } from '../create-request.ts';

const DEFAULT_PERIOD_US = 100_000;
const NANO = 1e9;

/**
 * No device rules: on cgroup v2 those are eBPF programs, which the guest's crun is built without; it refuses a container
 * that denies devices. What keeps a container from devices is that its /dev has none but the harmless ones.
 */
export function resourcesOf(config: HostConfig): OciResources {
  const memory = memoryOf(config);
  const cpu = cpuOf(config);
  return {
    ...(memory && { memory }),
    ...(cpu && { cpu }),
    ...(config.PidsLimit !== null &&
      config.PidsLimit !== undefined && { pids: { limit: config.PidsLimit > 0 ? config.PidsLimit : -1 } }),
    ...(config.BlkioWeight > 0 && { blockIO: { weight: config.BlkioWeight } }),
  };
}

export function rlimitsOf(config: HostConfig): NonNullable<OciProcess['rlimits']> {
  return config.Ulimits.map(({ Name, Soft, Hard }) => ({
    type: `RLIMIT_${Name.toUpperCase()}`,
    soft: Soft,
    hard: Hard,
  }));
}

function memoryOf({ Memory, MemoryReservation, MemorySwap }: HostConfig): OciResources['memory'] | undefined {
  const memory: NonNullable<OciResources['memory']> = {
    ...(Memory > 0 && { limit: Memory }),
    ...(MemoryReservation > 0 && { reservation: MemoryReservation }),
    ...(MemorySwap > 0 && { swap: MemorySwap }),
  };
  return Object.keys(memory).length === 0 ? undefined : memory;
}

function cpuOf(config: HostConfig): OciResources['cpu'] | undefined {
  const quota = config.NanoCpus > 0 ? Math.floor((config.NanoCpus * DEFAULT_PERIOD_US) / NANO) : config.CpuQuota;
  const period = config.NanoCpus > 0 ? DEFAULT_PERIOD_US : config.CpuPeriod;
  const cpu: NonNullable<OciResources['cpu']> = {
    ...(config.CpuShares > 0 && { shares: config.CpuShares }),
    ...(period > 0 && { period }),
    ...(quota !== 0 && { quota }),
    ...(config.CpusetCpus !== '' && { cpus: config.CpusetCpus }),
    ...(config.CpusetMems !== '' && { mems: config.CpusetMems }),
  };
  return Object.keys(cpu).length === 0 ? undefined : cpu;
}
