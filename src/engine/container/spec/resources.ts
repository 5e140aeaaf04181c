// --memory, --cpus and the rest as the OCI runtime wants them.
import type { OciProcess, OciResources } from '../../../contracts/oci-runtime.ts';
import type { HostConfig } from '../create-request.ts';

const DEFAULT_PERIOD_US = 100_000;
const NANO = 1e9;

type DeviceRule = NonNullable<OciResources['devices']>[number];

/** null, zero, full, random, urandom, tty, console; everything else is denied. */
const DEFAULT_DEVICE_RULES: readonly DeviceRule[] = [
  { allow: false, access: 'rwm' },
  ...[
    [1, 3],
    [1, 5],
    [1, 7],
    [1, 8],
    [1, 9],
    [5, 0],
    [5, 1],
    [5, 2],
  ].map(([major = 0, minor = 0]): DeviceRule => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
  // Pseudo terminals of the container's own devpts.
  { allow: true, type: 'c', major: 136, access: 'rwm' },
];

export function resourcesOf(config: HostConfig): OciResources {
  const memory = memoryOf(config);
  const cpu = cpuOf(config);
  return {
    devices: config.Privileged ? [{ allow: true, access: 'rwm' }] : [...DEFAULT_DEVICE_RULES],
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
