// One look at a running container: its cgroup's files, its network namespace's counters, and the host's processor time.
import type { Runtime } from '../../../contracts/runtime.ts';
import type { Clock } from '../../clock.ts';
import { rfc3339Nano } from '../../timestamp.ts';
import type { Container } from '../container.ts';
import type { BlockCounter, CpuStats, NetworkCounters, StatsSample } from './stats-body.ts';

export interface SampleDeps {
  readonly runtime: Runtime;
  readonly clock: Clock;
}

const CGROUP_FILES = [
  'cpu.stat',
  'memory.current',
  'memory.max',
  'memory.stat',
  'memory.events',
  'io.stat',
  'pids.current',
  'pids.max',
];
/** The part of memory.stat that Docker passes on. Source: moby daemon/stats_unix.go, statsV2. */
const MEMORY_KEYS = (
  'anon file kernel_stack slab sock shmem file_mapped file_dirty file_writeback anon_thp inactive_anon active_anon ' +
  'inactive_file active_file unevictable slab_reclaimable slab_unreclaimable pgfault pgmajfault workingset_refault ' +
  'workingset_activate workingset_nodereclaim pgrefill pgscan pgsteal pgactivate pgdeactivate pglazyfree pglazyfreed ' +
  'thp_fault_alloc thp_collapse_alloc'
).split(' ');
const NS_PER_US = 1000;
/** USER_HZ is 100 on Linux. */
const NS_PER_TICK = 1e7;
const fromUtf8 = new TextDecoder();

/** @throws DrydockError `not-found` when it does not run */
export async function readSample({ runtime, clock }: SampleDeps, container: Container): Promise<StatsSample> {
  const { state, hostConfig, id } = container;
  const text = async (path: string): Promise<string> => fromUtf8.decode(await runtime.files.read(path));
  const [cgroup, hostStat, netDev] = await Promise.all([
    runtime.cgroup(id, CGROUP_FILES),
    text('/proc/stat'),
    hostConfig.NetworkMode === 'host' ? '' : text(`/proc/${state.pid}/net/dev`),
  ]);
  const networks = parseNetDev(netDev);
  return {
    read: rfc3339Nano(clock.nowMs()),
    pids_stats: pidsOf(cgroup),
    blockCounters: parseIoStat(cgroup['io.stat'] ?? ''),
    cpu_stats: cpuOf(cgroup['cpu.stat'] ?? '', hostStat),
    memory_stats: memoryOf(cgroup, runtime.host.memoryBytes),
    ...(Object.keys(networks).length > 0 && { networks }),
  };
}

type CgroupFiles = Readonly<Record<string, string>>;

function pidsOf({ 'pids.current': current, 'pids.max': max }: CgroupFiles): StatsSample['pids_stats'] {
  const limit = max?.trim() === 'max' ? 'max' : Number(max ?? 0);
  return { ...given('current', Number(current ?? 0)), ...(limit !== 0 && { limit }) };
}

function cpuOf(cpuStat: string, hostStat: string): CpuStats {
  const values = keyed(cpuStat);
  const ns = (key: string): number => (values[key] ?? 0) * NS_PER_US;
  const host = hostStat.split('\n').filter((line) => line.startsWith('cpu'));
  const ticks = (host[0] ?? '').split(/\s+/).slice(1, 8).map(Number);
  return {
    cpu_usage: {
      total_usage: ns('usage_usec'),
      usage_in_kernelmode: ns('system_usec'),
      usage_in_usermode: ns('user_usec'),
    },
    system_cpu_usage: ticks.reduce((sum, tick) => sum + tick, 0) * NS_PER_TICK,
    online_cpus: Math.max(1, host.length - 1),
    throttling_data: {
      periods: values['nr_periods'] ?? 0,
      throttled_periods: values['nr_throttled'] ?? 0,
      throttled_time: ns('throttled_usec'),
    },
  };
}

function memoryOf(files: CgroupFiles, hostBytes: number): StatsSample['memory_stats'] {
  const stat = keyed(files['memory.stat'] ?? '');
  const max = files['memory.max']?.trim() ?? 'max';
  return {
    ...given('usage', Number(files['memory.current'] ?? 0)),
    stats: Object.fromEntries(MEMORY_KEYS.map((key) => [key, stat[key] ?? 0])),
    ...given('failcnt', keyed(files['memory.events'] ?? '')['oom'] ?? 0),
    limit: max === 'max' ? hostBytes : Math.min(Number(max), hostBytes),
  };
}

/** `8:0 rbytes=90112 wbytes=0 rios=1 ...` */
function parseIoStat(text: string): BlockCounter[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\d+):(\d+) (.*)$/.exec(line);
    if (match === null) return [];
    const [major, minor] = [Number(match[1]), Number(match[2])];
    const value = (key: string): number => Number(new RegExp(`\\b${key}=(\\d+)`).exec(match[3] ?? '')?.[1] ?? 0);
    return [
      { major, minor, op: 'read' as const, value: value('rbytes') },
      { major, minor, op: 'write' as const, value: value('wbytes') },
    ];
  });
}

/** Every interface but the loopback, which Docker does not count. */
function parseNetDev(text: string): Record<string, NetworkCounters> {
  const found: Record<string, NetworkCounters> = {};
  for (const line of text.split('\n')) {
    const [, name = 'lo', rest = ''] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    if (name === 'lo') continue;
    const numbers = rest.split(/\s+/).map(Number);
    const at = (index: number): number => numbers[index] ?? 0;
    found[name] = {
      rx_bytes: at(0),
      rx_packets: at(1),
      rx_errors: at(2),
      rx_dropped: at(3),
      tx_bytes: at(8),
      tx_packets: at(9),
      tx_errors: at(10),
      tx_dropped: at(11),
    };
  }
  return found;
}

/** Lines of `key value`. */
function keyed(text: string): Record<string, number> {
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [key = '', value] = line.split(' ', 2);
        return [key, Number(value)];
      }),
  );
}

// Go leaves out what is zero.
function given<K extends string>(key: K, value: number): Partial<Record<K, number>> {
  return (value === 0 ? {} : { [key]: value }) as Partial<Record<K, number>>;
}
