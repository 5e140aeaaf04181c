// The body of GET /containers/{id}/stats, field by field as Docker orders and omits them.
// Source: moby api/types/container/stats.go.
import { ZERO_TIME } from '../../timestamp.ts';

export interface CpuStats {
  readonly cpu_usage: {
    readonly total_usage: number;
    readonly usage_in_kernelmode: number;
    readonly usage_in_usermode: number;
  };
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
  readonly throttling_data: {
    readonly periods: number;
    readonly throttled_periods: number;
    readonly throttled_time: number;
  };
}

export interface NetworkCounters {
  readonly rx_bytes: number;
  readonly rx_packets: number;
  readonly rx_errors: number;
  readonly rx_dropped: number;
  readonly tx_bytes: number;
  readonly tx_packets: number;
  readonly tx_errors: number;
  readonly tx_dropped: number;
}

export interface BlockCounter {
  readonly major: number;
  readonly minor: number;
  readonly op: 'read' | 'write';
  readonly value: number;
}

/** One look at a container. Times in nanoseconds, sizes in bytes. */
export interface StatsSample {
  /** RFC 3339 with nanoseconds. */
  readonly read: string;
  /** `limit` "max" is what the kernel says for none. */
  readonly pids_stats: { readonly current?: number; readonly limit?: number | 'max' };
  readonly blockCounters: readonly BlockCounter[];
  readonly cpu_stats: CpuStats;
  readonly memory_stats: {
    readonly usage?: number;
    readonly stats?: Readonly<Record<string, number>>;
    readonly failcnt?: number;
    readonly limit?: number;
  };
  readonly networks?: Readonly<Record<string, NetworkCounters>>;
}

export const NO_CPU: CpuStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** Of a container that does not run. */
export const NO_SAMPLE: StatsSample = {
  read: ZERO_TIME,
  pids_stats: {},
  blockCounters: [],
  cpu_stats: NO_CPU,
  memory_stats: {},
};

/** What Go writes for a limit that is none: more than a double holds. */
const MAX_UINT64 = '18446744073709551615';

/** @param previous the sample before, for clients that show what a second cost */
export function statsJson(
  { name, id }: { readonly name: string; readonly id: string },
  sample: StatsSample,
  previous?: StatsSample,
): string {
  const { blockCounters, read, pids_stats, cpu_stats, memory_stats, networks } = sample;
  const body = {
    name: `/${name}`,
    id,
    read,
    preread: previous?.read ?? ZERO_TIME,
    pids_stats,
    blkio_stats: {
      io_service_bytes_recursive: blockCounters.length > 0 ? blockCounters : null,
      io_serviced_recursive: null,
      io_queue_recursive: null,
      io_service_time_recursive: null,
      io_wait_time_recursive: null,
      io_merged_recursive: null,
      io_time_recursive: null,
      sectors_recursive: null,
    },
    num_procs: 0,
    storage_stats: {},
    cpu_stats,
    precpu_stats: previous?.cpu_stats ?? NO_CPU,
    memory_stats,
    ...(networks !== undefined && { networks }),
  };
  return `${JSON.stringify(body).replace('"limit":"max"', `"limit":${MAX_UINT64}`)}\n`;
}
