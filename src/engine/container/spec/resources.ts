// --memory, --cpus and the rest as the OCI runtime wants them.
import { DrydockError } from '../../../contracts/errors.ts';
import type { OciBlockIo, OciProcess, OciResources, OciThrottle } from '../../../contracts/oci-runtime.ts';
import type { HostDevice } from '../host-devices.ts';
import type { Resources } from '../resource-request.ts';

const DEFAULT_PERIOD_US = 100_000;
const NANO = 1e9;

/**
 * Everything but the devices' rules.
 * @param devices at least those at the paths that the block limits name
 */
export function resourcesOf(config: Resources, devices: readonly HostDevice[]): OciResources {
  const memory = memoryOf(config);
  const cpu = cpuOf(config);
  const blockIO = blockIoOf(config, devices);
  return {
    ...(memory && { memory }),
    ...(cpu && { cpu }),
    ...(config.PidsLimit !== null &&
      config.PidsLimit !== undefined && { pids: { limit: config.PidsLimit > 0 ? config.PidsLimit : -1 } }),
    ...(blockIO && { blockIO }),
  };
}

/** Of the block devices that have limits of their own. */
export function limitedDevicePaths(config: Resources): string[] {
  const { BlkioWeightDevice, BlkioDeviceReadBps, BlkioDeviceWriteBps, BlkioDeviceReadIOps, BlkioDeviceWriteIOps } =
    config;
  return [
    ...BlkioWeightDevice,
    ...BlkioDeviceReadBps,
    ...BlkioDeviceWriteBps,
    ...BlkioDeviceReadIOps,
    ...BlkioDeviceWriteIOps,
  ].map(({ Path }) => Path);
}

export function rlimitsOf({ Ulimits }: Resources): NonNullable<OciProcess['rlimits']> {
  return Ulimits.map(({ Name, Soft, Hard }) => ({
    type: `RLIMIT_${Name.toUpperCase()}`,
    soft: Soft,
    hard: Hard,
  }));
}

function memoryOf({ Memory, MemoryReservation, MemorySwap }: Resources): OciResources['memory'] | undefined {
  const memory: NonNullable<OciResources['memory']> = {
    ...(Memory > 0 && { limit: Memory }),
    ...(MemoryReservation > 0 && { reservation: MemoryReservation }),
    ...(MemorySwap > 0 && { swap: MemorySwap }),
  };
  return Object.keys(memory).length === 0 ? undefined : memory;
}

function cpuOf(config: Resources): OciResources['cpu'] | undefined {
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

function blockIoOf(config: Resources, devices: readonly HostDevice[]): OciBlockIo | undefined {
  const at = (path: string): { major: number; minor: number } => {
    const found = devices.find((device) => device.path === path);
    if (found === undefined) throw new DrydockError('invalid-argument', `stat ${path}: no such file or directory`);
    return { major: found.major, minor: found.minor };
  };
  const throttles = (list: Resources['BlkioDeviceReadBps']): OciThrottle[] =>
    list.map(({ Path, Rate }) => ({ ...at(Path), rate: Rate }));
  const blockIo: OciBlockIo = {
    ...(config.BlkioWeight > 0 && { weight: config.BlkioWeight }),
    weightDevice: config.BlkioWeightDevice.map(({ Path, Weight }) => ({ ...at(Path), weight: Weight })),
    throttleReadBpsDevice: throttles(config.BlkioDeviceReadBps),
    throttleWriteBpsDevice: throttles(config.BlkioDeviceWriteBps),
    throttleReadIOPSDevice: throttles(config.BlkioDeviceReadIOps),
    throttleWriteIOPSDevice: throttles(config.BlkioDeviceWriteIOps),
  };
  const given = Object.entries(blockIo).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
