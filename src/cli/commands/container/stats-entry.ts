// One container's line of `docker stats`: the arithmetic of Docker's client on what the engine measured
// (docker/cli, cli/command/container/stats_helpers.go), and the columns.
import { binarySize, humanSize } from '../../format/human-size.ts';
import type { Row } from '../../format/table.ts';
import { shortId } from '../../reference/image-reference.ts';

/** As GET /containers/{id}/stats gives it, the parts that count here. */
export interface StatsAnswer {
  readonly name?: string;
  readonly id?: string;
  readonly cpu_stats?: CpuStats;
  readonly precpu_stats?: CpuStats;
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Readonly<Record<string, number>> | null;
  };
  readonly blkio_stats?: {
    readonly io_service_bytes_recursive?: readonly { readonly op: string; readonly value: number }[] | null;
  };
  readonly pids_stats?: { readonly current?: number };
  readonly networks?: Readonly<Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>> | null;
}

interface CpuStats {
  readonly cpu_usage?: { readonly total_usage?: number; readonly percpu_usage?: readonly number[] | null };
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
}

export interface StatsEntry {
  /** As the user named it, or the short ID. */
  readonly container: string;
  readonly name: string;
  readonly id: string;
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly pids: number;
  /** Nothing came lately: dashes instead of numbers. */
  readonly stale: boolean;
}

/** What is known of a container before its first sample. */
export function emptyEntry(container: string): StatsEntry {
  return entryOf(container, {});
}

/** Of all CPUs' time since the sample before, the container's share; 100 is one CPU in full. */
function cpuPercent({ cpu_stats: now = {}, precpu_stats: before = {} }: StatsAnswer): number {
  const own = (now.cpu_usage?.total_usage ?? 0) - (before.cpu_usage?.total_usage ?? 0);
  const all = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const online = now.online_cpus ?? 0;
  const cpus = online === 0 ? (now.cpu_usage?.percpu_usage ?? []).length : online;
  return own > 0 && all > 0 ? (own / all) * cpus * 100 : 0;
}

/** Without the page cache that the kernel would give up first. */
function memoryBytes({ usage = 0, stats }: NonNullable<StatsAnswer['memory_stats']>): number {
  const old = stats?.['total_inactive_file'];
  if (old !== undefined && old < usage) return usage - old;
  const inactive = stats?.['inactive_file'] ?? 0;
  return inactive < usage ? usage - inactive : usage;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export function entryOf(container: string, answer: StatsAnswer): StatsEntry {
  const memory = answer.memory_stats ?? {};
  const networks = Object.values(answer.networks ?? {});
  const blocks = answer.blkio_stats?.io_service_bytes_recursive ?? [];
  const blockBytes = (letter: string) =>
    sum(blocks.filter(({ op }) => op.slice(0, 1).toLowerCase() === letter).map(({ value }) => value));
  return {
    container,
    name: answer.name ?? '',
    id: answer.id ?? '',
    cpuPercent: cpuPercent(answer),
    memoryBytes: memoryBytes(memory),
    memoryLimitBytes: memory.limit ?? 0,
    receivedBytes: sum(networks.map(({ rx_bytes }) => rx_bytes)),
    sentBytes: sum(networks.map(({ tx_bytes }) => tx_bytes)),
    readBytes: blockBytes('r'),
    writtenBytes: blockBytes('w'),
    pids: answer.pids_stats?.current ?? 0,
    stale: false,
  };
}

export const STATS_HEADERS = {
  Container: 'CONTAINER',
  Name: 'NAME',
  ID: 'CONTAINER ID',
  CPUPerc: 'CPU %',
  MemUsage: 'MEM USAGE / LIMIT',
  MemPerc: 'MEM %',
  NetIO: 'NET I/O',
  BlockIO: 'BLOCK I/O',
  PIDs: 'PIDS',
};

const UNKNOWN = '--';

export function statsRow(entry: StatsEntry, truncate: boolean): Row {
  const known = (text: () => string) => () => (entry.stale ? UNKNOWN : text());
  const both = (a: number, b: number) => `${humanSize(a, 3)} / ${humanSize(b, 3)}`;
  const { memoryBytes: used, memoryLimitBytes: limit } = entry;
  return {
    Container: () => entry.container,
    Name: () => (entry.name.length > 1 ? entry.name.slice(1) : UNKNOWN),
    ID: () => (truncate ? shortId(entry.id) : entry.id),
    CPUPerc: known(() => `${entry.cpuPercent.toFixed(2)}%`),
    MemUsage: () => (entry.stale ? '-- / --' : `${binarySize(used)} / ${binarySize(limit)}`),
    MemPerc: known(() => `${(limit === 0 ? 0 : (used / limit) * 100).toFixed(2)}%`),
    NetIO: known(() => both(entry.receivedBytes, entry.sentBytes)),
    BlockIO: known(() => both(entry.readBytes, entry.writtenBytes)),
    PIDs: known(() => String(entry.pids)),
  };
}
