// Limits of `docker run`, `create` and `update`, read back from the kernel's control groups, and felt.
import { beforeAll, describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();

/** Files of a container's control group, one line each. */
async function cgroup(name: string, ...files: string[]): Promise<string[]> {
  const output = await guest.ok(
    `cd /sys/fs/cgroup/docker/$(docker inspect -f '{{.Id}}' ${name}) && for file in ${files.join(' ')}; do cat $file; done`,
  );
  return output.split('\n');
}

/** Two lines of seconds, as /proc/uptime has them. */
function msBetween([from, to]: readonly string[]): number {
  return (Number(to) - Number(from)) * 1000;
}

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
});

describe('memory', () => {
  it('has limit, swap and reservation in the kernel', async () => {
    await guest.ok('docker run -d --name memory -m 64m --memory-swap 96m --memory-reservation 32m busybox sleep 1000');
    expect(await cgroup('memory', 'memory.max', 'memory.swap.max', 'memory.low')).toEqual([
      '67108864',
      '33554432',
      '33554432',
    ]);
  });

  it('is taken from one who wants more, and said so', async () => {
    const { exitCode } = await guest.sh(
      'docker run --name oom -m 8m busybox sh -c "dd if=/dev/zero of=/dev/shm/big bs=1M count=32; tail /dev/zero"',
    );
    expect(exitCode).toBe(137);
    expect(await guest.ok("docker inspect -f '{{.State.OOMKilled}} {{.HostConfig.MemorySwap}}' oom")).toBe(
      'true 16777216',
    );
  });

  it('warns of what control groups v2 have not', async () => {
    const { stderr, exitCode } = await guest.sh(
      'docker run --rm --oom-kill-disable --memory-swappiness 50 busybox true',
    );
    expect([exitCode, stderr]).toEqual([
      0,
      'WARNING: Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.\n' +
        'WARNING: Your kernel does not support OomKillDisable. OomKillDisable discarded.\n',
    ]);
  });

  it('gives the OOM killer a hint', async () => {
    expect(await guest.ok('docker run --rm --oom-score-adj 321 busybox cat /proc/self/oom_score_adj')).toBe('321');
  });
});

describe('processors', () => {
  it('has weight, quota and sets in the kernel', async () => {
    await guest.ok(
      'docker run -d --name cpu --cpu-shares 512 --cpu-period 50000 --cpu-quota 20000 --cpuset-cpus 0 --cpuset-mems 0 busybox sleep 1000',
    );
    expect(await cgroup('cpu', 'cpu.weight', 'cpu.max', 'cpuset.cpus', 'cpuset.mems')).toEqual([
      '20',
      '20000 50000',
      '0',
      '0',
    ]);
  });

  it('are shared by weight', async () => {
    for (const [name, shares] of [
      ['modest', 128],
      ['greedy', 1024],
    ]) {
      await guest.ok(`docker run -d --name ${name} --cpu-shares ${shares} busybox sh -c "while :; do :; done"`);
    }
    const output = await guest.ok(`
      used() { sed -n 's/usage_usec //p' /sys/fs/cgroup/docker/$(docker inspect -f '{{.Id}}' $1)/cpu.stat; }
      modest=$(used modest) greedy=$(used greedy)
      until [ $(( $(used modest) + $(used greedy) - modest - greedy )) -gt 2000000 ]; do sleep 0.2; done
      echo $(( $(used modest) - modest )) $(( $(used greedy) - greedy ))
      docker rm -f modest greedy >/dev/null`);
    const [modest = 0, greedy = 0] = output.split(' ').map(Number);
    expect(greedy).toBeGreaterThan(modest * 2);
  });

  it('throttles who uses more than its share', async () => {
    await guest.ok('docker run -d --name slow --cpus 0.1 busybox sh -c "while :; do :; done"');
    await guest.ok(`
      cd /sys/fs/cgroup/docker/$(docker inspect -f '{{.Id}}' slow)
      until grep -qE '^nr_throttled [1-9]' cpu.stat; do sleep 0.1; done`);
    await guest.ok('docker rm -f slow');
  });
});

describe('processes', () => {
  it('cannot fork beyond --pids-limit', async () => {
    const { stderr } = await guest.sh(
      'docker run --rm --pids-limit 5 busybox sh -c "for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait"',
    );
    expect(stderr).toContain("can't fork");
  });
});

describe('control groups', () => {
  it('are below --cgroup-parent', async () => {
    await guest.ok('docker run -d --name below --cgroup-parent /mine -m 16m busybox sleep 1000');
    const [id, pid] = (await guest.ok("docker inspect -f '{{.Id}} {{.State.Pid}}' below")).split(' ');
    expect(await guest.ok(`cat /proc/${pid}/cgroup /sys/fs/cgroup/mine/${id}/memory.max`)).toBe(
      `0::/mine/${id}\n16777216`,
    );
  });
});

describe('block devices', () => {
  it('has a weight', async () => {
    await guest.ok('docker run -d --name weight --blkio-weight 300 busybox sleep 1000');
    expect(await cgroup('weight', 'io.bfq.weight')).toEqual(['default 300']);
  });

  it('has a weight for one device', async () => {
    await guest.ok('docker run -d --name device-weight --blkio-weight-device /dev/ram0:300 busybox sleep 1000');
    const device = await guest.ok('cat /sys/block/ram0/dev');
    expect(await cgroup('device-weight', 'io.bfq.weight')).toEqual(['default 100', `${device} 300`]);
  });

  it('shares a busy disk by weight', async () => {
    // Two at a time: while one dd starts, the other keeps the container's claim.
    const writer = 'while :; do dd if=/dev/zero of=/dev/ram0 bs=1M count=32 oflag=direct 2>/dev/null; done';
    const busy = `sh -c '(${writer}) & ${writer}'`;
    for (const [name, weight] of [
      ['light', 100],
      ['heavy', 1000],
    ]) {
      await guest.ok(`docker run -d --name ${name} --blkio-weight ${weight} --device /dev/ram0 busybox ${busy}`);
    }
    const output = await guest.ok(`
      written() { sed -n 's/.* wbytes=\\([0-9]*\\).*/\\1/p' /sys/fs/cgroup/docker/$(docker inspect -f '{{.Id}}' $1)/io.stat | sort -n | tail -1; }
      light=$(written light) heavy=$(written heavy)
      until [ $(( $(written light) + $(written heavy) - light - heavy )) -gt 40000000 ]; do sleep 0.2; done
      echo $(( $(written light) - light )) $(( $(written heavy) - heavy ))
      docker rm -f light heavy >/dev/null`);
    const [light = 0, heavy = 0] = output.split(' ').map(Number);
    expect(heavy).toBeGreaterThan(light * 2);
  });

  it('says which device there is not', async () => {
    const { stderr, exitCode } = await guest.sh('docker run --rm --blkio-weight-device /dev/nope:300 busybox true');
    // The client takes the daemon's words for a missing program's.
    expect(exitCode).toBe(127);
    expect(stderr).toContain('docker: Error response from daemon: stat /dev/nope: no such file or directory');
  });

  // The kernel lets through what the rate allows, and a tenth of a second more: the time is a lower bound, however fast or
  // slow the machine is.
  it.each([
    ['read-bps', '1mb', 'rbps=1048576', 'if=/dev/ram0 of=/dev/null iflag=direct bs=512k count=5', 2000],
    ['write-bps', '1mb', 'wbps=1048576', 'if=/dev/zero of=/dev/ram0 oflag=direct bs=512k count=5', 2000],
    ['read-iops', '20', 'riops=20', 'if=/dev/ram0 of=/dev/null iflag=direct bs=4k count=50', 2000],
    ['write-iops', '20', 'wiops=20', 'if=/dev/zero of=/dev/ram0 oflag=direct bs=4k count=50', 2000],
  ])('--device-%s holds who wants more', async (flag, rate, inKernel, dd, leastMs) => {
    const run = (flags: string) =>
      guest.ok(`docker run --rm --device /dev/ram0 ${flags} busybox sh -c '
        cat /sys/fs/cgroup/io.max; cut -d " " -f 1 /proc/uptime; dd ${dd} 2>/dev/null; cut -d " " -f 1 /proc/uptime'`);
    const held = (await run(`--device-${flag} /dev/ram0:${rate}`)).split('\n');
    expect(held[0]?.split(' ')).toContain(inKernel);
    expect(msBetween(held.slice(1))).toBeGreaterThan(leastMs);
    const [, ...free] = `\n${await run('')}`.split('\n');
    expect(msBetween(free)).toBeLessThan(msBetween(held.slice(1)));
  });

  it('shows rates as they were asked for, and keeps them through an update', async () => {
    await guest.ok(
      'docker run -d --name rates --device-write-bps /dev/ram0:1mb --device-read-iops /dev/ram0:9 busybox sleep 1000',
    );
    const rates = ['BlkioDeviceWriteBps', 'BlkioDeviceReadIOps']
      .map((name) => `{{json .HostConfig.${name}}}`)
      .join(' ');
    const shown = '[{"Path":"/dev/ram0","Rate":1048576}] [{"Path":"/dev/ram0","Rate":9}]';
    expect(await guest.ok(`docker inspect -f '${rates}' rates`)).toBe(shown);
    await guest.ok('docker update --blkio-weight 200 rates');
    expect(await guest.ok(`docker inspect -f '${rates}' rates`)).toBe(shown);
    expect((await cgroup('rates', 'io.max'))[0]?.split(' ').slice(1)).toEqual([
      'rbps=max',
      'wbps=1048576',
      'riops=9',
      'wiops=max',
    ]);
  });

  it.each(['--device-read-bps /dev/nope:1mb', '--device-write-iops /dev/nope:1'])('%s has no device', async (flag) => {
    const { stderr, exitCode } = await guest.sh(`docker run --rm ${flag} busybox true`);
    expect(exitCode).toBe(127);
    expect(stderr).toContain('docker: Error response from daemon: stat /dev/nope: no such file or directory');
  });
});

describe('--storage-opt', () => {
  it.each([
    ['size=1G', "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"],
    ['colour=red', 'Unknown option colour'],
  ])('%s is refused, as on any disk without quotas', async (option, message) => {
    const { stderr, exitCode } = await guest.sh(`docker run --rm --storage-opt ${option} busybox true`);
    expect(exitCode).toBe(125);
    expect(stderr).toContain(`docker: Error response from daemon: ${message}\n`);
  });
});

describe('docker update', () => {
  it('changes a running container at once', async () => {
    await guest.ok('docker run -d --name changing -m 32m busybox sleep 1000');
    const output = await guest.ok(
      'docker update -m 48m --memory-swap 64m --cpus 0.25 --pids-limit 17 --cpu-shares 2048 --blkio-weight 200 changing',
    );
    expect(output).toBe('changing');
    expect(
      await cgroup('changing', 'memory.max', 'memory.swap.max', 'cpu.max', 'pids.max', 'cpu.weight', 'io.bfq.weight'),
    ).toEqual(['50331648', '16777216', '25000 100000', '17', '79', 'default 200']);
    expect(await guest.ok("docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}' changing")).toBe(
      '50331648 250000000',
    );
  });

  it('changes a stopped one for its next start', async () => {
    await guest.ok('docker create --name later -m 32m busybox sleep 1000');
    await guest.ok('docker update --memory 16m later && docker start later');
    expect(await cgroup('later', 'memory.max')).toEqual(['16777216']);
  });

  it('refuses what contradicts, and changes nothing', async () => {
    const tooMuch = await guest.sh('docker update -m 1g changing');
    expect(tooMuch.exitCode).toBe(1);
    expect(tooMuch.stderr).toMatch(
      /^Error response from daemon: Cannot update container [0-9a-f]{64}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time\n$/,
    );
    const quota = await guest.sh('docker update --cpu-quota 5000 changing');
    expect(quota.stderr).toContain('Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set');
    expect(await cgroup('changing', 'memory.max', 'cpu.max')).toEqual(['50331648', '25000 100000']);
  });

  it('changes the restart policy', async () => {
    await guest.ok('docker run -d --name again busybox sh -c "sleep 1000; exit 1"');
    await guest.ok('docker update --restart on-failure:3 again');
    await guest.ok('docker exec -d again killall sleep');
    await guest.ok(
      "until [ \"$(docker inspect -f '{{.RestartCount}} {{.State.Running}}' again)\" = '1 true' ]; do sleep 0.1; done",
    );
    expect((await guest.sh('docker update --restart maybe again')).stderr).toContain('invalid restart policy');
  });
});

describe('refused', () => {
  it.each([
    ['-m 5m', 'Minimum memory limit allowed is 6MB'],
    ['-m 32m --memory-swap 16m', 'Minimum memoryswap limit should be larger than memory limit, see usage'],
    ['--memory-swap 16m', 'You should always set the Memory limit when using Memoryswap limit, see usage'],
    ['--memory-reservation 1m', 'Minimum memory reservation allowed is 6MB'],
    [
      '-m 16m --memory-reservation 32m',
      'Minimum memory limit can not be less than memory reservation limit, see usage',
    ],
    ['--cpus 3', 'range of CPUs is from 0.01 to 1.00, as there are only 1 CPUs available'],
    ['--cpus 0.5 --cpu-quota 5000', 'Conflicting options: Nano CPUs and CPU Quota cannot both be set'],
    ['--cpu-period 10', 'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)'],
    ['--cpu-quota 10', 'CPU cfs quota can not be less than 1ms (i.e. 1000)'],
    ['--cpu-shares -1', 'invalid CPU shares (-1): value must be a positive integer'],
    ['--cpu-rt-runtime 1000', 'kernel does not support CPU real-time scheduler'],
    ['--cpuset-cpus 3', 'Requested CPUs are not available - requested 3, available: 0'],
    ['--cpuset-mems x', 'Invalid value x for cpuset mems: invalid format: x'],
    ['--oom-score-adj 2000', 'Invalid value 2000, range for oom score adj is [-1000, 1000]'],
    ['--blkio-weight 5', 'Range of blkio weight is from 10 to 1000'],
  ])('%s', async (flags, message) => {
    const { exitCode, stderr } = await guest.sh(`docker create ${flags} busybox`);
    expect([exitCode, stderr]).toEqual([1, `Error response from daemon: ${message}\n`]);
  });
});
