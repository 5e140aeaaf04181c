// docker update
import { atLeast } from '../../argument-rule.ts';
import { CliError, throwJoined } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { restartPolicy } from '../../create/create-request.ts';
import { pathId } from '../../engine/engine-client.ts';
import type { OptionsOf } from '../../flags/flag.ts';
import { bytesFlag, intFlag, nanoCpusFlag, stringFlag, uintFlag } from '../../flags/scalar-flags.ts';

const updateFlags = {
  'blkio-weight': uintFlag('Share of disk time, 10 to 1000, or 0 for no rule (default 0)', { bits: 16 }),
  'cpu-period': intFlag("Length of the CPU scheduler's period, in microseconds"),
  'cpu-quota': intFlag('CPU time allowed in a period, in microseconds'),
  'cpu-rt-period': intFlag('Length of the real-time period, in microseconds'),
  'cpu-rt-runtime': intFlag('Real-time CPU time in a period, in microseconds'),
  'cpu-shares': intFlag('Weight when CPUs are scarce', { short: 'c' }),
  cpus: nanoCpusFlag('CPUs worth of time, at most'),
  'cpuset-cpus': stringFlag('Run only on these CPUs (0-3, 0,1)'),
  'cpuset-mems': stringFlag('Use only these memory nodes (0-3, 0,1)'),
  'kernel-memory': bytesFlag('Kernel memory, at most', { hidden: true }),
  memory: bytesFlag('Memory, at most', { short: 'm' }),
  'memory-reservation': bytesFlag('Memory to shrink to when the host runs short'),
  'memory-swap': bytesFlag('Memory and swap together, at most: -1 for no limit', { unlimited: true }),
  'pids-limit': intFlag('Number of processes, at most (-1 for no limit)'),
  restart: stringFlag('What to do when the container ends'),
};

/** The whole of Docker's UpdateConfig; the engine takes a zero for "as it is". */
function updateRequest(options: OptionsOf<typeof updateFlags>): Record<string, unknown> {
  const { 'kernel-memory': kernelMemory, 'pids-limit': pidsLimit } = options;
  return {
    CpuShares: options['cpu-shares'],
    Memory: options.memory,
    NanoCpus: options.cpus,
    CgroupParent: '',
    BlkioWeight: options['blkio-weight'],
    BlkioWeightDevice: null,
    BlkioDeviceReadBps: null,
    BlkioDeviceWriteBps: null,
    BlkioDeviceReadIOps: null,
    BlkioDeviceWriteIOps: null,
    CpuPeriod: options['cpu-period'],
    CpuQuota: options['cpu-quota'],
    CpuRealtimePeriod: options['cpu-rt-period'],
    CpuRealtimeRuntime: options['cpu-rt-runtime'],
    CpusetCpus: options['cpuset-cpus'],
    CpusetMems: options['cpuset-mems'],
    Devices: null,
    DeviceCgroupRules: null,
    DeviceRequests: null,
    ...(kernelMemory === 0 ? {} : { KernelMemory: kernelMemory }),
    MemoryReservation: options['memory-reservation'],
    MemorySwap: options['memory-swap'],
    MemorySwappiness: null,
    OomKillDisable: null,
    PidsLimit: pidsLimit === 0 ? null : pidsLimit,
    Ulimits: null,
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    RestartPolicy: options.restart === '' ? { Name: '', MaximumRetryCount: 0 } : restartPolicy(options.restart),
  };
}

export const update = defineCommand({
  use: 'update [OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Change the limits of containers, running or not',
  aliasLine: 'docker container update, docker update',
  arguments: atLeast(1),
  flags: updateFlags,
  async run(context, { options, changed, args }) {
    if (!Object.keys(updateFlags).some((flag) => changed(flag as keyof typeof updateFlags)))
      throw new CliError('you must provide one or more flags when using this command');
    const body = updateRequest(options);
    const warnings: string[] = [];
    const errors: unknown[] = [];
    for (const name of args) {
      try {
        const path = `/containers/${pathId('container', name)}/update`;
        const answer = await context.engine.json<{ Warnings?: readonly string[] | null }>('POST', path, { body });
        await context.out.line(name);
        warnings.push(...(answer.Warnings ?? []));
      } catch (error) {
        errors.push(error);
      }
    }
    if (warnings.length > 0) await context.out.line(warnings.join('\n'));
    throwJoined(errors);
  },
});
