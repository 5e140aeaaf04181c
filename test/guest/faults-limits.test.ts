// The guest runs out of something: processes, memory, disk. The engine goes on, and nothing stays behind.
import { afterEach, describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';
import { callEngine, useTraces } from '../support/traces.ts';

const guest = useGuest();
const { expectNothingLeft } = useTraces(guest);

describe('processes', () => {
  it('a fork bomb stays within --pids-limit, and can be removed', async () => {
    await guest.ok(
      `docker run -d --name bomb --pids-limit 30 busybox sh -c 'bomb() { bomb | bomb & }; bomb; sleep 1000'`,
    );
    const files = '/sys/fs/cgroup/docker/$(docker inspect -f "{{.Id}}" bomb)';
    // The kernel counts what it refused: the bomb went off.
    await expect
      .poll(async () => Number(await guest.ok(`sed -n 's/^max //p' ${files}/pids.events`)), { timeout: 30_000 })
      .toBeGreaterThan(0);
    expect(Number(await guest.ok(`cat ${files}/pids.current`))).toBeLessThanOrEqual(30);
    expect(await guest.ok('docker run --rm busybox echo meanwhile')).toBe('meanwhile');
    expect(await guest.ok('docker rm -f bomb')).toBe('bomb');
  });
});

describe('memory', () => {
  it(
    'a container without a limit that eats all of it is killed; others, their shims and the agent are not',
    { timeout: 180_000 },
    async () => {
      await guest.ok('docker run -d --name bystander busybox sleep 1000');
      // A shim is protected when its program has run for a moment: most have ended by then.
      const scores = await guest.ok(`
      pid=$(docker inspect -f '{{.State.Pid}}' bystander)
      shim=$(sed -n 's/^PPid:\\t//p' /proc/$pid/status)
      until [ "$(cat /proc/$shim/oom_score_adj)" = -998 ]; do :; done
      cat /proc/$pid/oom_score_adj
      docker exec bystander cat /proc/self/oom_score_adj`);
      // The container's process, and one that joined it.
      expect(scores.split('\n')).toEqual(['0', '0']);
      // At once, and less than there is: the kernel refuses more before it is used.
      const bytes = `$(awk '/^MemTotal/ { print $2 - 4096 }' /proc/meminfo)k`;
      const { exitCode } = await guest.sh(
        `docker run --name eater busybox dd if=/dev/zero of=/dev/null count=1 bs=${bytes}`,
      );
      expect(exitCode).toBe(137);
      expect(await guest.ok("docker inspect -f '{{.State.Status}} {{.State.OOMKilled}}' eater bystander")).toBe(
        'exited true\nrunning false',
      );
      expect(await guest.ok('docker exec bystander echo alive')).toBe('alive');
    },
  );

  it('one that fills its own limit again and again is killed each time', async () => {
    const eat = `tail /dev/zero`;
    for (let round = 0; round < 3; round++) {
      const { exitCode } = await guest.sh(`docker run --rm -m 16m --memory-swap 16m busybox ${eat}`);
      expect(exitCode).toBe(137);
    }
  });
});

describe('disk', () => {
  const room = '/var/lib/docker';
  // Again when something was written between the two: the kernel refuses less than is used.
  const fill = `until mount -o remount,size=$(df -k ${room} | awk 'NR == 2 { print $3 }')k ${room} 2>/dev/null; do :; done`;
  const free = `mount -o remount,size=75% ${room}`;
  afterEach(async () => {
    await guest.ok(free);
  });

  it('a full one refuses a new container in words, and keeps nothing of it', async () => {
    await guest.ok(fill);
    const { exitCode, stderr } = await guest.sh('docker create --name none busybox true');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/no space left on device/i) as string,
    });
    await expectNothingLeft();
    await guest.ok(free);
    expect(await guest.ok('docker run --rm --name none busybox echo room again')).toBe('room again');
  });

  it('a full one does not stop a running container, its log, exec, or its removal', async () => {
    await guest.ok(
      `docker run -d --name talker busybox sh -c 'i=0; while :; do i=$((i + 1)); echo "line $i"; sleep 0.05; done'`,
    );
    await guest.ok(fill);
    // Once, however many lines are lost.
    const told = () => guest.log.filter((line) => line.startsWith('Cannot write the log of container')).length;
    await expect.poll(told, { timeout: 30_000 }).toBe(1);
    const refused = await guest.sh(
      `docker exec talker sh -c 'dd if=/dev/zero of=/big bs=1M count=1 2>&1; echo "code $?"'`,
    );
    expect(refused.stdout).toMatch(/No space left on device[\s\S]*code 1/);
    expect(await guest.ok('docker exec talker echo served')).toBe('served');
    await guest.ok(free);
    // What could not be written is lost, as with Docker; what follows is not.
    const last = async (): Promise<string> => guest.ok('docker logs --tail 1 talker');
    const then = await last();
    await expect.poll(last, { timeout: 30_000 }).not.toBe(then);
    expect(await guest.ok('docker rm -f talker')).toBe('talker');
  });

  it('a full /run refuses the start, and the container can be started later', async () => {
    await guest.ok('docker create --name later busybox echo later');
    await guest.ok(`mount -o remount,size=$(df -k /run | awk 'NR == 2 { print $3 }')k /run`);
    const { exitCode, stderr } = await guest.sh('docker start -a later');
    await guest.ok('mount -o remount,size=50% /run');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/no space left on device/i) as string,
    });
    expect(await guest.ok('docker start -a later')).toBe('later');
  });
});

it('the engine still answers', async () => {
  expect((await callEngine(guest, 'GET', '/version')).status).toBe(200);
});
