// A thousand times exec, and exec while its container ends: nothing grows, nothing hangs.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';
import { callEngine, tracesOf, useTraces } from '../support/traces.ts';

const guest = useGuest();
useTraces(guest);
const EXECS = 1000;
const AT_ONCE = 8;

/** Runs to its end. @returns the exit code */
async function exec(container: string, cmd: string[]): Promise<number> {
  const { body } = await callEngine(guest, 'POST', `/containers/${container}/exec`, { Cmd: cmd, AttachStdout: true });
  const request = new Request(`http://docker/exec/${body.Id}/start`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  const answer = await guest.drydock.engine.upgrade(request);
  if (answer instanceof Response) throw new Error(await answer.text());
  await new Response(answer.stream.readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  return (await callEngine(guest, 'GET', `/exec/${body.Id}/json`)).body.ExitCode;
}

async function execMany(container: string, count: number): Promise<Map<number, number>> {
  const codes = new Map<number, number>();
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const code = await exec(container, ['true']);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return codes;
}

/** Of what is still in use: what is only not collected yet is no leak. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it('a thousand leave no process, no open file and no memory behind', { timeout: 600_000 }, async () => {
  await guest.ok('docker run -d --name target busybox sleep 100000');
  await execMany('target', 50);
  const warm = await tracesOf(guest);
  const unreclaimable = async (): Promise<number> =>
    Number(await guest.ok(`sync; echo 3 > /proc/sys/vm/drop_caches; awk '/^MemFree/ { print $2 }' /proc/meminfo`));
  const freeKb = await unreclaimable();
  const memory = heapBytes();
  expect(await execMany('target', EXECS)).toEqual(new Map([[0, EXECS]]));
  expect(await tracesOf(guest)).toEqual(warm);
  expect(freeKb - (await unreclaimable())).toBeLessThan(4 * 1024);
  // 256 finished execs are kept to be asked for; the rest is forgotten.
  expect(heapBytes() - memory).toBeLessThan(64 * 1024 * 1024);
});

it('execs end with their container', async () => {
  await guest.ok('docker run -d --name target busybox sleep 1000');
  const running = guest.sh(`
    for i in 1 2 3 4; do docker exec target sh -c 'echo up >> /tmp/up; sleep 1000' & done
    for job in $(jobs -p); do wait $job; echo "code $?"; done`);
  await guest.ok('until [ $(docker exec target cat /tmp/up 2>/dev/null | wc -l) = 4 ]; do :; done');
  expect(await guest.ok('docker kill target')).toBe('target');
  expect((await running).stdout).toBe('code 137\n'.repeat(4));
});

it('an exec while the container is killed is refused or ends, and the engine goes on', async () => {
  await guest.ok('docker run -d --name target busybox sleep 1000');
  const [killed, ...codes] = await Promise.all([
    guest.sh('docker kill target'),
    ...Array.from({ length: 6 }, () => guest.sh('docker exec target sleep 1000')),
  ]);
  expect(killed.exitCode).toBe(0);
  for (const { exitCode, stderr } of codes) {
    // 127: its root is already gone, and the program with it.
    expect([1, 126, 127, 128, 137], stderr).toContain(exitCode);
  }
});
