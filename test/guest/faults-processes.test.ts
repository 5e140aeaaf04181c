// Programs that do not behave: containers end as the kernel and Docker say, and take everything of theirs with them.
import { describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';
import { callEngine, useTraces } from '../support/traces.ts';

const guest = useGuest();
const { expectNothingLeft } = useTraces(guest);
const MEGABYTE = 1024 * 1024;

describe('a container', () => {
  it('that ignores SIGTERM is killed when its time is over', async () => {
    await guest.ok(`
      docker run -d --name deaf busybox sh -c 'trap "echo heard" TERM; echo ready; while :; do sleep 0.1; done'
      until docker logs deaf | grep -q ready; do :; done`);
    expect(await guest.ok('docker stop -t 1 deaf')).toBe('deaf');
    expect(await guest.ok("docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' deaf; docker logs deaf")).toBe(
      '137 false\nready\nheard',
    );
  });

  it('that forks twice ends with its first process, and its orphans with it', async () => {
    const { exitCode } = await guest.sh(
      `docker run --rm busybox sh -c '(sh -c "trap : TERM HUP; sleep 1000; sleep 1000" &) & sleep 0.2; exit 3'`,
    );
    expect(exitCode).toBe(3);
    await expectNothingLeft();
  });

  it('in the host’s PID namespace leaves no orphans either', async () => {
    const { exitCode } = await guest.sh(`docker run --rm --pid host busybox sh -c '(sleep 1000 &) ; exit 4'`);
    expect(exitCode).toBe(4);
    await expectNothingLeft();
  });

  it('that kills its own children, and everything it can see, goes on', async () => {
    const script = 'sleep 1000 & sleep 1000 & kill -9 $!; wait $!; echo "child $?"; kill -9 -1; wait; echo "alone $$"';
    expect(await guest.ok(`docker run --rm busybox sh -c '${script}'`)).toBe('child 137\nalone 1');
  });

  it('with zombies that nobody collects is removed with them', async () => {
    const output = await guest.ok(`
      docker run -d --name parent busybox sh -c 'for i in 1 2 3 4 5; do sh -c "sleep 0 & exec sleep 1000" & done; exec sleep 1000'
      until docker exec parent ps | grep -q '\\[sleep\\]'; do :; done
      docker rm -f parent`);
    expect(output.split('\n')[1]).toBe('parent');
  });

  it('whose config.json is damaged goes on, and can be restarted and removed', async () => {
    const id = await guest.ok('docker run -d --name damaged busybox sleep 1000');
    const damaged = await guest.ok(`
      for file in /run/crun/${id}/config.json /run/containerd/io.containerd.runtime.v2.task/moby/${id}/config.json; do
        [ -f $file ] && echo '{' > $file && echo $file; done`);
    expect(damaged).not.toBe('');
    // What the runtime needs of it is gone: an exec says so, or does without.
    const exec = await guest.sh('docker exec damaged echo run');
    expect(exec.stdout).toMatch(exec.exitCode === 0 ? /^run$/m : /^OCI runtime exec failed: /);
    expect(await guest.ok("docker ps --format '{{.Names}}'")).toBe('damaged');
    expect(await guest.ok('docker restart -t 0 damaged && docker exec damaged echo mended')).toBe('damaged\nmended');
  });

  it('that writes binary junk to its terminal harms nobody', async () => {
    const { exitCode, stdout } = await guest.sh(`
      docker run -dt --name junk busybox sh -c 'head -c 300000 /dev/urandom; echo; echo the end'
      docker wait junk; docker logs junk | tail -n 1`);
    expect({ exitCode, stdout: stdout.split('\n').slice(1) }).toEqual({
      exitCode: 0,
      stdout: ['0', expect.stringContaining('the end') as string, ''],
    });
    const { body } = await callEngine(guest, 'GET', '/containers/json?all=1');
    expect(body).toMatchObject([{ Names: ['/junk'], State: 'exited' }]);
  });
});

describe('output without end', () => {
  it('costs the engine bounded memory, with nobody listening and with one who does', { timeout: 180_000 }, async () => {
    await guest.ok(
      `docker run -d --name flood busybox sh -c 'yes 0123456789012345678901234567890123456789012345678901'`,
    );
    const memory = process.memoryUsage.rss();
    const passed = await guest.ok('docker logs -f flood | head -c 3000000 | wc -c');
    expect(Number(passed)).toBe(3_000_000);
    // Alone now: the log is written and cut, and another container is served meanwhile.
    expect(await guest.ok('docker run --rm busybox echo meanwhile')).toBe('meanwhile');
    expect(await guest.ok('docker logs --tail 1 flood | wc -l')).toBe('1');
    expect(process.memoryUsage.rss() - memory).toBeLessThan(200 * MEGABYTE);
    expect(await guest.ok('docker rm -f flood')).toBe('flood');
  });

  it('waits for an attached reader that does not read, and can be removed', async () => {
    const { Id } = (await callEngine(guest, 'POST', '/containers/create', { Image: 'busybox', Cmd: ['yes'] })).body;
    const request = new Request(`http://docker/containers/${Id}/attach?stream=1&stdout=1`, { method: 'POST' });
    const attached = await guest.drydock.engine.upgrade(request);
    if (attached instanceof Response) throw new Error(`attach: ${await attached.text()}`);
    expect((await callEngine(guest, 'POST', `/containers/${Id}/start`)).status).toBe(204);
    expect(await guest.ok('docker run --rm busybox echo meanwhile')).toBe('meanwhile');
    expect((await callEngine(guest, 'DELETE', `/containers/${Id}?force=1`)).status).toBe(204);
    await attached.stream.readable.cancel();
  });
});

describe('much of everything', () => {
  it('a thousand variables and 100 KB of arguments arrive', async () => {
    const variables = Array.from({ length: 1000 }, (_, index) => `V${index}=${'x'.repeat(20)}${index}`);
    const { Id } = (
      await callEngine(guest, 'POST', '/containers/create', {
        Image: 'busybox',
        Env: variables,
        Cmd: ['sh', '-c', 'env | grep -c "^V"; echo "$V999"; printf %s "$1" | wc -c', 'sh', 'a'.repeat(100_000)],
      })
    ).body;
    expect(await guest.ok(`docker start -a ${Id}`)).toBe(`1000\n${'x'.repeat(20)}999\n100000`);
    expect((await callEngine(guest, 'GET', `/containers/${Id}/json`)).body.Config.Env).toEqual(
      expect.arrayContaining(variables),
    );
  });

  it('one argument that is too long for the kernel is refused in its words', async () => {
    const { Id } = (
      await callEngine(guest, 'POST', '/containers/create', { Image: 'busybox', Cmd: ['echo', 'a'.repeat(200_000)] })
    ).body;
    const { status, body } = await callEngine(guest, 'POST', `/containers/${Id}/start`);
    expect({ status, message: body.message }).toEqual({
      status: expect.any(Number) as number,
      message: expect.stringMatching(/argument list too long/i) as string,
    });
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('names beyond ASCII are values everywhere but in a container’s name', async () => {
    const word = 'héllo 容器 🐳';
    const output = await guest.ok(`
      docker run --rm --label 'k=${word}' -e 'W=${word}' -w '/tmp/容器' -v '/tmp/ü:/daten ß' busybox sh -c '
        echo "$W"; pwd; touch "/daten ß/${word}"; echo "${word}"'
      ls /tmp/ü; rm -r /tmp/ü`);
    expect(output.split('\n')).toEqual([word, '/tmp/容器', word, word]);
    const refused = await guest.sh("docker create --name 'böse' busybox true");
    expect({ ...refused }).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error response from daemon: Invalid container name (böse), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed\n',
    });
  });
});
