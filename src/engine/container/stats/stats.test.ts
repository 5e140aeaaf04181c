import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../../test/support/fake-clock.ts';
import { createTestEngine } from '../../../../test/support/test-engine.ts';
import type { AnyJson, TestEngine } from '../../../../test/support/test-engine.ts';

const utf8 = new TextEncoder();
const SLEEP = { Cmd: ['sleep'] };

const CGROUP = {
  'cpu.stat': 'usage_usec 300\nuser_usec 100\nsystem_usec 200\nnr_periods 4\nnr_throttled 2\nthrottled_usec 7\n',
  'memory.current': '4096\n',
  'memory.max': 'max\n',
  'memory.stat': 'anon 100\nfile 200\ninactive_file 50\nunknown 9\n',
  'memory.events': 'low 0\noom 3\n',
  'io.stat': '7:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n',
  'pids.current': '2\n',
  'pids.max': 'max\n',
};
const NET_DEV =
  'Inter-|   Receive                                                |  Transmit\n' +
  ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n' +
  '    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0\n' +
  '  eth0: 100 2 1 3 0 0 0 0 200 4 5 6 0 0 0 0\n';

async function running(config: object = {}): Promise<{ t: TestEngine; clock: FakeClock; id: string }> {
  const clock = new FakeClock();
  const t = createTestEngine({}, clock);
  const id = await t.start({ ...SLEEP, ...config }, 'st');
  Object.assign(t.runtime.containers.get(id)?.cgroup ?? {}, CGROUP);
  const { Pid } = (await t.call('GET', '/containers/st/json')).body.State;
  await t.runtime.files.mkdir(`/proc/${Pid}/net`);
  await t.runtime.files.write(`/proc/${Pid}/net/dev`, utf8.encode(NET_DEV));
  await t.runtime.files.write('/proc/stat', utf8.encode('cpu  1 2 3 4 5 6 7 8\ncpu0 1 2 3 4 5 6 7 8\nintr 1\n'));
  return { t, clock, id };
}

async function nextLine(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<AnyJson> {
  const { value } = await reader.read();
  return JSON.parse(new TextDecoder().decode(value));
}

async function stream(t: TestEngine, query = ''): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const response = await t.engine.fetch(new Request(`http://docker/containers/st/stats${query}`));
  if (response.body === null) throw new Error('no body');
  return response.body.getReader();
}

describe('stats', () => {
  test('once are the figures of the kernel, in Docker’s shape', async () => {
    const { t, id } = await running();
    const response = await t.engine.fetch(new Request('http://docker/containers/st/stats?stream=0&one-shot=1'));
    const text = await response.text();
    expect(text).toContain('"pids_stats":{"current":2,"limit":18446744073709551615}');
    const body = JSON.parse(text);
    expect(Object.keys(body)).toEqual(
      ['name', 'id', 'read', 'preread', 'pids_stats', 'blkio_stats', 'num_procs', 'storage_stats', 'cpu_stats'].concat([
        'precpu_stats',
        'memory_stats',
        'networks',
      ]),
    );
    expect(body).toMatchObject({
      name: '/st',
      id,
      preread: '0001-01-01T00:00:00Z',
      cpu_stats: {
        cpu_usage: { total_usage: 300_000, usage_in_usermode: 100_000, usage_in_kernelmode: 200_000 },
        system_cpu_usage: 280_000_000,
        online_cpus: 1,
        throttling_data: { periods: 4, throttled_periods: 2, throttled_time: 7000 },
      },
      memory_stats: { usage: 4096, limit: 536870912, failcnt: 3 },
      networks: {
        eth0: {
          rx_bytes: 100,
          rx_packets: 2,
          rx_errors: 1,
          rx_dropped: 3,
          tx_bytes: 200,
          tx_packets: 4,
          tx_errors: 5,
          tx_dropped: 6,
        },
      },
    });
    expect(body.memory_stats.stats).toMatchObject({ anon: 100, inactive_file: 50, pgscan: 0 });
    expect(body.memory_stats.stats).not.toHaveProperty('unknown');
    expect(body.blkio_stats.io_service_bytes_recursive).toEqual([
      { major: 7, minor: 0, op: 'read', value: 10 },
      { major: 7, minor: 0, op: 'write', value: 20 },
    ]);
  });

  test('without one-shot compare two samples, a second apart', async () => {
    const { t, clock, id } = await running();
    const answer = t.call('GET', '/containers/st/stats?stream=false');
    const before = clock.pending;
    await expect.poll(() => clock.pending).toBe(before + 1);
    const cgroup = t.runtime.containers.get(id)?.cgroup;
    if (cgroup !== undefined) cgroup['cpu.stat'] = 'usage_usec 900\n';
    clock.advance(1000);
    const { body } = await answer;
    expect([body.precpu_stats.cpu_usage.total_usage, body.cpu_stats.cpu_usage.total_usage]).toEqual([300_000, 900_000]);
    expect(body.preread < body.read).toBe(true);
  });

  test('stream one sample a second to all, and none when nobody listens', async () => {
    const { t, clock } = await running();
    const idle = clock.pending;
    const [one, two] = [await stream(t), await stream(t)];
    expect((await nextLine(one)).memory_stats.usage).toBe(4096);
    expect(clock.pending).toBe(idle + 1);
    clock.advance(1000);
    expect((await nextLine(one)).precpu_stats.cpu_usage.total_usage).toBe(300_000);
    await nextLine(two);
    await one.cancel();
    await two.cancel();
    expect(clock.pending).toBe(idle);
  });

  test('go on empty after the end of the container, and end with its removal', async () => {
    const { t, clock } = await running();
    const reader = await stream(t);
    await nextLine(reader);
    await t.call('POST', '/containers/st/kill');
    clock.advance(1000);
    expect(await nextLine(reader)).toMatchObject({ read: '0001-01-01T00:00:00Z', memory_stats: {}, pids_stats: {} });
    await t.call('DELETE', '/containers/st');
    expect((await reader.read()).done).toBe(true);
  });

  test('of a stopped container are empty', async () => {
    const { t, id } = await running();
    await t.call('POST', '/containers/st/kill');
    const none = { cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 } };
    expect((await t.call('GET', '/containers/st/stats?stream=0')).body).toMatchObject({
      name: '/st',
      id,
      read: '0001-01-01T00:00:00Z',
      cpu_stats: none,
      precpu_stats: none,
    });
  });

  test('refuse what contradicts itself, and unknown containers', async () => {
    const { t } = await running();
    expect(await t.call('GET', '/containers/st/stats?stream=1&one-shot=1')).toEqual({
      status: 400,
      body: { message: 'cannot have stream=true and one-shot=true' },
    });
    expect((await t.call('GET', '/containers/nope/stats')).status).toBe(404);
  });

  test('of a limited container name its limits; the host’s network is not counted', async () => {
    const { t, id } = await running({ HostConfig: { NetworkMode: 'host' } });
    Object.assign(t.runtime.containers.get(id)?.cgroup ?? {}, { 'memory.max': '8388608\n', 'pids.max': '10\n' });
    const { body } = await t.call('GET', '/containers/st/stats?stream=0&one-shot=1');
    expect([body.memory_stats.limit, body.pids_stats.limit, body.networks]).toEqual([8388608, 10, undefined]);
  });
});
