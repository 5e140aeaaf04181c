// The life of containers on the real kernel: health checks that hang, restarts, figures, events in Docker's order.
import { expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';
import { callEngine } from '../support/traces.ts';

const guest = useGuest();

/** Each look costs the guest, which others need: not too often. */
const PATIENCE = { timeout: 60_000, interval: 200 };

/** Runs `script` again until it prints `wanted`. */
async function until(script: string, wanted: string): Promise<void> {
  await expect.poll(() => guest.ok(script), PATIENCE).toBe(wanted);
}

/** The guest's own clock may be a little behind. */
async function engineTime(): Promise<string> {
  return (await callEngine(guest, 'GET', '/info')).body.SystemTime as string;
}

async function eventsSince(since: string, filter = ''): Promise<string[]> {
  const lines = await guest.ok(
    `docker events --since ${since} --until ${await engineTime()} ${filter} --format '{{.Type}} {{.Action}}'`,
  );
  return lines.split('\n');
}

it('asks a container how it is, and tells each change of the answer', async () => {
  const since = await engineTime();
  // Failures of the start period do not count: it is starting until the first success.
  await guest.ok(`docker run -d --name patient --health-cmd 'cat /well && hostname' --health-interval 500ms \\
    --health-retries 2 --health-start-period 10m --health-start-interval 500ms busybox sleep 1000`);
  const last = async (): Promise<unknown> =>
    (JSON.parse(await guest.ok("docker inspect -f '{{json .State.Health.Log}}' patient")) as unknown[]).at(-1);
  const shown = "docker ps --filter name=patient --format '{{.Status}}'";
  await expect.poll(last, PATIENCE).toMatchObject({
    ExitCode: 1,
    Output: expect.stringContaining("can't open '/well'") as string,
  });
  expect(await guest.ok(shown)).toMatch(/^Up .* \(health: starting\)$/);
  await guest.ok('docker exec patient touch /well');
  await until("docker inspect -f '{{.State.Health.Status}} {{.State.Health.FailingStreak}}' patient", 'healthy 0');
  expect(await last()).toMatchObject({ ExitCode: 0, Output: `${await guest.ok('docker exec patient hostname')}\n` });
  expect(await guest.ok(`${shown} --filter health=healthy`)).toMatch(/^Up .* \(healthy\)$/);
  await guest.ok('docker exec patient rm /well');
  await until("docker inspect -f '{{.State.Health.Status}}' patient", 'unhealthy');
  expect(await guest.ok(shown)).toMatch(/^Up .* \(unhealthy\)$/);
  await guest.ok('docker rm -f patient');
  expect(await eventsSince(since, '--filter event=health_status')).toEqual([
    'container health_status: healthy',
    'container health_status: unhealthy',
  ]);
});

it('kills a check that takes too long', async () => {
  await guest.ok(`docker run -d --name slow --health-cmd 'echo began; sleep 1000' --health-interval 100ms \\
    --health-timeout 300ms --health-retries 1 busybox sleep 1000`);
  await until("docker inspect -f '{{.State.Health.Status}}' slow", 'unhealthy');
  expect(await guest.ok("docker inspect -f '{{(index .State.Health.Log 0).Output}}' slow")).toBe(
    'Health check exceeded timeout (300ms): began',
  );
  await guest.ok('docker pause slow');
  // The frozen container has its own sleep; a check that was killed left none.
  const checks = await guest.ok("docker top slow -eo pid,args | grep -c 'sleep 1000'");
  expect(Number(checks)).toBeLessThanOrEqual(2);
  await guest.ok('docker rm -f slow');
});

it('starts a container again by its policy, later each time, until it is stopped', async () => {
  await guest.ok(`docker run -d --name loop --restart always busybox sh -c 'echo run; exit 3'`);
  await until("docker inspect -f '{{ge .RestartCount 3}}' loop", 'true');
  await until("docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' loop", 'restarting 3');
  await guest.ok('docker stop loop');
  expect(await guest.ok("docker inspect -f '{{.State.Status}}' loop")).toBe('exited');
  const runs = Number(await guest.ok('docker logs loop | wc -l'));
  // It counts when it is decided: a stop while it waits leaves the last one undone.
  const restarts = Number(await guest.ok("docker inspect -f '{{.RestartCount}}' loop"));
  expect([restarts, restarts + 1]).toContain(runs);
  const stamps = (await guest.ok('docker logs -t loop'))
    .split('\n')
    .map((line) => Date.parse(line.split(' ')[0] ?? ''));
  const gaps = stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? 0));
  expect(gaps.slice(0, 3).every((gap, index) => gap >= 100 * 2 ** index)).toBe(true);
  await guest.ok('docker rm loop');
});

it('gives up after as many failures as allowed', async () => {
  await guest.ok('docker run -d --name fails --restart on-failure:2 busybox false');
  await until("docker inspect -f '{{.State.Status}} {{.RestartCount}}' fails", 'exited 2');
  await guest.ok('docker rm fails');
});

it('shows the kernel’s figures', async () => {
  await guest.ok('docker run -d --name sized -m 64m --pids-limit 30 busybox sh -c "sleep 1000 & sleep 1000"');
  const [stats, kernel] = (
    await guest.ok(`
    curl -s --unix-socket /var/run/docker.sock 'http://d/containers/sized/stats?stream=0&one-shot=1'
    cd /sys/fs/cgroup/docker/$(docker inspect -f '{{.Id}}' sized)
    echo "{\\"usec\\":$(sed -n 's/^usage_usec //p' cpu.stat),\\"bytes\\":$(cat memory.current),\\"pids\\":$(cat pids.current)}"`)
  )
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(stats.memory_stats).toMatchObject({ limit: 67108864, usage: kernel.bytes });
  expect(stats.pids_stats).toEqual({ current: kernel.pids, limit: 30 });
  expect(stats.cpu_stats.cpu_usage.total_usage).toBeGreaterThan(0);
  expect(stats.cpu_stats.cpu_usage.total_usage).toBeLessThanOrEqual(kernel.usec * 1000);
  expect(stats.cpu_stats).toMatchObject({ online_cpus: 1, system_cpu_usage: expect.any(Number) });
  expect(await guest.ok("docker stats --no-stream --format '{{.Name}} {{.PIDs}}' sized")).toBe(`sized ${kernel.pids}`);
  await guest.ok('docker rm -f sized');
  expect((await guest.sh('docker stats --no-stream sized')).stderr).toContain('No such container: sized');
});

it('tells what happens in Docker’s order', async () => {
  const since = await engineTime();
  await guest.ok(`
    docker run -d --name first busybox sleep 1000
    docker exec first true
    docker pause first
    docker unpause first
    docker rename first second
    docker top second > /dev/null
    docker restart -t 0 second
    docker kill second
    docker wait second
    docker rm second`);
  const events = await eventsSince(since, '--filter type=container --filter type=network');
  expect(events).toEqual([
    'container create',
    'network connect',
    'container start',
    'container exec_create: true ',
    'container exec_start: true ',
    'container exec_die',
    'container pause',
    'container unpause',
    'container rename',
    'container top',
    'container kill',
    'container kill',
    'network disconnect',
    'container die',
    'container stop',
    'network connect',
    'container start',
    'container restart',
    'container kill',
    'network disconnect',
    'container die',
    'container destroy',
  ]);
});

it('an OOM kill is told before the end', async () => {
  const since = await engineTime();
  const { exitCode } = await guest.sh('docker run --name oom -m 8m busybox tail -c 50m /dev/zero');
  expect(exitCode).toBe(137);
  expect(await guest.ok("docker inspect -f '{{.State.OOMKilled}}' oom")).toBe('true');
  expect((await eventsSince(since, '--filter container=oom')).slice(-2)).toEqual(['container oom', 'container die']);
  await guest.ok('docker rm oom');
});
