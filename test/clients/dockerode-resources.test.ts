// What a container uses, as dockerode asks: stats, once and streamed.
import { expect, it } from 'vitest';
import { jsonLines, useDockerode } from '../support/dockerode.ts';

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
