// What a container uses and may use, as dockerode asks: stats, once and streamed, and limits that change while it runs.
import { expect, it } from 'vitest';
import { demultiplexed, jsonLines, useDockerode } from '../support/dockerode.ts';

const client = useDockerode();
const MEGABYTE = 1024 * 1024;

it('stats come once, with the shape that clients compute percentages from', async () => {
  const container = await client.run(['sleep', '1000'], { HostConfig: { Memory: 64 * MEGABYTE, PidsLimit: 20 } });
  const stats = await container.stats({ stream: false });
  expect(stats).toMatchObject({
    id: container.id,
    pids_stats: { current: 1, limit: 20 },
    memory_stats: { limit: 64 * MEGABYTE },
    cpu_stats: { online_cpus: 1 },
  });
  expect(stats.memory_stats.usage).toBeGreaterThan(0);
  expect(stats.cpu_stats.cpu_usage.total_usage).toBeGreaterThanOrEqual(stats.precpu_stats.cpu_usage.total_usage);
  expect(Date.parse(stats.read)).toBeGreaterThan(Date.parse(stats.preread));
});

it('stats are streamed, and the stream ends when the client leaves', async () => {
  const container = await client.run(['sh', '-c', 'while :; do :; done']);
  const stream = await container.stats({ stream: true });
  const used: number[] = [];
  for await (const sample of jsonLines(stream as AsyncIterable<Uint8Array>)) {
    used.push(
      (sample as unknown as { cpu_stats: { cpu_usage: { total_usage: number } } }).cpu_stats.cpu_usage.total_usage,
    );
    if (used.length === 3) break;
  }
  expect(used[2]).toBeGreaterThan(used[1] ?? Infinity);
});

it('limits are updated while it runs', async () => {
  const container = await client.run(['sleep', '1000'], { HostConfig: { Memory: 64 * MEGABYTE } });
  await container.update({ Memory: 32 * MEGABYTE, MemorySwap: 32 * MEGABYTE, PidsLimit: 9, CpuShares: 512 });
  expect((await container.inspect()).HostConfig).toMatchObject({ Memory: 32 * MEGABYTE, PidsLimit: 9, CpuShares: 512 });
  const exec = await container.exec({
    Cmd: ['cat', '/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/pids.max'],
    AttachStdout: true,
  });
  const { stdout } = await demultiplexed(client.docker, await exec.start({}));
  expect(stdout).toBe(`${32 * MEGABYTE}\n9\n`);
});

it('an update that makes no sense changes nothing', async () => {
  const container = await client.run(['sleep', '1000'], { HostConfig: { Memory: 64 * MEGABYTE } });
  await expect(container.update({ Memory: 1 })).rejects.toMatchObject({
    statusCode: 400,
    json: { message: 'Minimum memory limit allowed is 6MB' },
  });
  expect((await container.inspect()).HostConfig.Memory).toBe(64 * MEGABYTE);
});
