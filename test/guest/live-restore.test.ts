// The engine ends and another one starts over the same guest, and over a restored session: containers go on, nothing that they
// wrote is lost, and what ended meanwhile is known.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Drydock } from '../../src/compose/create-drydock.ts';
import { startDrydock } from '../../src/node/start-drydock.ts';
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import { runScript, useGuest } from '../support/guest.ts';

/** Two machines' worth of work, on cores that others use as well. */
const SLOW_MS = 180_000;
const LAST = 120;
const COUNT = `i=0; while [ $i -lt ${LAST} ]; do i=$((i+1)); echo $i; sleep 0.05; done`;
const UNREACHABLE =
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n';

function numbers(upTo: number): string {
  return Array.from({ length: upTo }, (_, index) => `${index + 1}\n`).join('');
}

describe('dockerd is killed with containers running', () => {
  const guest = useGuest();

  beforeAll(async () => {
    await guest.ok(`echo '{"live-restore":true}' > /etc/docker/daemon.json && service docker restart`);
    await guest.ok(`
      docker run -d --name printing busybox sh -c '${COUNT}'
      docker run -dit --name tty busybox sh
      docker run -di --name reader busybox sh -c 'read x; echo got $x'
      docker volume create -o type=tmpfs -o device=tmpfs data
      docker run -d --name volume -v data:/data --health-cmd 'test -e /data/file' --health-interval 1s busybox sh -c 'echo kept > /data/file; sleep 1000'
      mkdir -p /tmp/f && mkfifo /tmp/f/ends /tmp/f/rm
      docker run -d --name meanwhile -v /tmp/f:/f busybox sh -c 'read x < /f/ends; echo last; exit 7'
      docker run -d --rm --name removed -v /tmp/f:/f busybox sh -c 'read x < /f/rm'
      docker run -d --rm --name stays busybox sleep 1000
      docker inspect -f '{{.State.Pid}} {{.State.StartedAt}}' tty stays > /tmp/before
      docker inspect -f '{{.Id}}' meanwhile removed > /tmp/ending
      docker logs -f printing | head -3 >/dev/null
      kill -KILL $(cat /run/docker.pid)
      while docker ps >/dev/null 2>&1; do :; done`);
  }, SLOW_MS);

  test('the client says that nobody is there, and the service is down', async () => {
    expect(await guest.sh('docker ps')).toEqual({ exitCode: 1, stdout: '', stderr: UNREACHABLE });
    expect((await guest.sh('service docker status')).exitCode).toBe(1);
    expect((await guest.sh('curl -s --unix-socket /var/run/docker.sock http://localhost/_ping')).exitCode).toBe(7);
  });

  test('a new engine finds them as they are', async () => {
    await guest.ok(`
      echo > /tmp/f/ends; echo > /tmp/f/rm
      for id in $(cat /tmp/ending); do
        until [ -e /run/containerd/io.containerd.runtime.v2.task/moby/$id/exit.json ]; do sleep 0.1; done
      done
      date +%s > /tmp/ended
      service docker start`);
    expect(await guest.ok('service docker status')).toBe('Docker is running.');
    expect(await guest.ok('ps -o comm= -p $(cat /run/docker.pid)')).toBe('dockerd');
    expect(await guest.ok("docker inspect -f '{{.State.Pid}} {{.State.StartedAt}}' tty stays")).toBe(
      await guest.ok('cat /tmp/before'),
    );
    expect(await guest.ok("docker ps -a --format '{{.Names}}' | sort")).toBe(
      'meanwhile\nprinting\nreader\nstays\ntty\nvolume',
    );
  });

  test('what ended meanwhile has its exit code, time and last output', async () => {
    expect(
      await guest.ok("docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}' meanwhile"),
    ).toBe('exited 7 false');
    const finishedMs = Date.parse(await guest.ok("docker inspect -f '{{.State.FinishedAt}}' meanwhile"));
    expect(finishedMs).toBeLessThanOrEqual(Number(await guest.ok('cat /tmp/ended')) * 1000 + 1000);
    expect(await guest.ok('docker logs meanwhile')).toBe('last');
  });

  test('output goes on, whole and in order', async () => {
    expect(await guest.ok('docker wait printing')).toBe('0');
    expect((await guest.sh('docker logs printing')).stdout).toBe(numbers(LAST));
  });

  test('its volume is mounted as it was until it ends, and its health is asked for', async () => {
    expect(await guest.ok('docker exec volume cat /data/file')).toBe('kept');
    await guest.ok(`until [ "$(docker inspect -f '{{.State.Health.Status}}' volume)" = healthy ]; do sleep 0.2; done`);
    expect((await guest.sh('docker volume rm data')).stderr).toContain('volume is in use');
    await guest.ok('docker stop -t 0 volume');
    expect(await guest.ok('grep -c /volumes/data /proc/mounts || true')).toBe('0');
  });

  test('attach, exec, stop and rm work on', async () => {
    expect(await guest.ok('(echo typed; docker wait reader >/dev/null) | docker attach reader')).toBe('got typed');
    expect(await guest.ok('docker exec tty echo inside')).toBe('inside');
    await guest.ok('docker exec stays kill -TERM 1; docker stop -t 0 tty stays; docker rm tty');
    expect(await guest.ok('docker rm -f volume reader')).toBe('volume\nreader');
    expect(await guest.ok("docker ps -a --format '{{.Names}}' | sort")).toBe('meanwhile\nprinting');
    expect(await guest.ok('docker start meanwhile >/dev/null && echo > /tmp/f/ends && docker wait meanwhile')).toBe(
      '7',
    );
  });
});

describe('without live-restore', () => {
  const guest = useGuest();

  test('a stop stops containers, and policies start them again', async () => {
    await guest.ok(`
      docker run -d --name plain busybox sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
      docker run -d --name always --restart always busybox sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
      docker logs plain`);
    expect(await guest.ok('service docker stop')).toBe('Stopping Docker: docker.');
    expect(await guest.sh('docker ps')).toMatchObject({ exitCode: 1, stderr: UNREACHABLE });
    expect((await guest.sh('service docker status')).exitCode).toBe(3);
    expect(await guest.ok("ls /sys/fs/cgroup/docker | grep -cE '^[0-9a-f]{64}$' || true")).toBe('0');
    expect(await guest.ok('service docker start')).toBe('Starting Docker: docker.');
    expect(await guest.ok("docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' plain always")).toBe(
      'exited 3\nrunning 0',
    );
  });

  test('dockerd typed twice says who is there, and what is no option', async () => {
    const { exitCode, stderr } = await guest.sh('dockerd');
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'failed to start daemon, ensure docker is not running or delete /var/run/docker.pid: process with PID ' +
        `${await guest.ok('cat /run/docker.pid')} is still running\n`,
    );
    expect((await guest.sh('dockerd --nonsense')).exitCode).toBe(125);
  });

  test('a damaged config.v2.json costs its container only', async () => {
    await guest.ok(`
      docker create --name lost busybox; docker create --name kept busybox
      echo '{"ID":' > /var/lib/docker/containers/$(docker inspect -f '{{.Id}}' lost)/config.v2.json
      service docker restart`);
    expect(await guest.ok("docker ps -a --format '{{.Names}}' | sort")).toBe('always\nkept\nplain');
    expect(await guest.ok('grep -c "Cannot load container" /var/log/docker.log')).toBe('1');
  });

  test('a shim that is killed takes its container with it', async () => {
    await guest.ok('docker run -d --name orphan busybox sleep 1000');
    const pid = await guest.ok("docker inspect -f '{{.State.Pid}}' orphan");
    await guest.ok(`kill -KILL $(ps -o ppid= -p ${pid})`);
    expect(await guest.ok('docker wait orphan')).toBe('137');
    expect((await guest.sh(`kill -0 ${pid}`)).exitCode).not.toBe(0);
    expect(await guest.ok('docker start orphan && docker rm -f orphan')).toBe('orphan\norphan');
  });
});

describe('a session is saved and restored', () => {
  const blobs = new MemoryBlobStore();
  const guest = useGuest({ blobs });
  let session: Uint8Array<ArrayBuffer>;
  let restored: Drydock | undefined;

  beforeAll(async () => {
    await guest.ok(`
      docker run -d --name printing busybox sh -c '${COUNT}'
      docker run -dit --name cat busybox cat
      docker network create front
      docker run -d --name asker --network front busybox sleep 1000
      docker run -d --name named --network front --network-alias other busybox sleep 1000
      docker run -d --name served -h served -p 8099:80 busybox httpd -f -h /etc
      docker logs -f printing | head -3 >/dev/null`);
    session = new Uint8Array(await guest.drydock.saveSession());
  }, SLOW_MS);
  afterAll(async () => restored?.close());

  async function goesOn(drydock: Drydock): Promise<void> {
    const sh = async (script: string): Promise<string> => (await runScript(drydock, script)).stdout;
    expect(await sh('docker wait printing')).toBe('0\n');
    expect(await sh('docker logs printing')).toBe(numbers(LAST));
    expect(await sh("docker ps --filter name=cat --format '{{.Names}} {{.Image}}'")).toBe('cat busybox\n');
    // Through docker-proxy, and through rules that are there once.
    expect(await sh('wget -q -O - http://127.0.0.1:8099/hostname')).toBe('served\n');
    expect(await sh('wget -q -O - http://172.17.0.1:8099/hostname')).toBe('served\n');
    expect(await sh('iptables-save | grep -c "dport 8099"')).toBe('1\n');
    expect(await sh('docker rm -f served')).toBe('served\n');
    expect(await sh('docker exec cat echo hi')).toBe('hi\n');
    expect(await sh('docker exec asker ping -c 1 -W 1 other')).toContain('1 packets received');
    expect(await sh('docker rm -f asker named')).toBe('asker\nnamed\n');
    expect(await sh('docker rm -f cat')).toBe('cat\n');
    expect(await sh('ps -o comm= -p $(cat /run/docker.pid)')).toBe('dockerd\n');
  }

  test('the machine that was saved goes on', () => goesOn(guest.drydock), SLOW_MS);

  test(
    'the restored one goes on',
    async () => {
      restored = await startDrydock({ session, blobs });
      await goesOn(restored);
    },
    SLOW_MS,
  );
});
