// create start stop restart kill rm pause unpause wait rename on the real kernel: what each command says, and what it did there.
import { afterEach, beforeAll, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';
import { removeContainers } from '../support/traces.ts';

const guest = useGuest();

beforeAll(() => guest.ok('docker pull -q busybox'));
afterEach(() => removeContainers(guest));

const inspect = (name: string, format: string): Promise<string> => guest.ok(`docker inspect -f '${format}' ${name}`);
const status = (name: string): Promise<string> => inspect(name, '{{.State.Status}} {{.State.ExitCode}}');

/** Says `ready`, then each signal's name as it comes; TERM ends it with 7. */
const LISTENER = `sh -c '
  trap "echo USR1" USR1; trap "echo HUP" HUP; trap "echo TERM; exit 7" TERM; echo ready
  while :; do sleep 1000 & wait $!; done'`;

/** Each look costs the guest, which others need: not too often. */
const PATIENCE = { timeout: 30_000, interval: 200 };

async function startListener(name: string, flags = ''): Promise<void> {
  await guest.ok(`docker run -d --name ${name} ${flags} busybox ${LISTENER}`);
  await untilLogged(name, 'ready');
}

async function untilLogged(name: string, line: string): Promise<void> {
  await expect.poll(async () => (await guest.ok(`docker logs ${name}`)).split('\n'), PATIENCE).toContain(line);
}

it('create prepares, start runs, and starting what runs is no error', async () => {
  expect(await guest.ok('docker create --name made busybox sleep 1000')).toMatch(/^[0-9a-f]{64}$/);
  expect(await status('made')).toBe('created 0');
  expect(await inspect('made', '{{.State.Pid}}')).toBe('0');
  expect(await guest.ok('docker start made && docker start made')).toBe('made\nmade');
  expect(await status('made')).toBe('running 0');
  expect(await guest.ok(`tr '\\0' ' ' < /proc/$(docker inspect -f '{{.State.Pid}}' made)/cmdline`)).toBe('sleep 1000');
});

it('stop sends the stop signal, then SIGKILL when the time is over', async () => {
  await startListener('polite');
  expect(await guest.ok('docker stop polite')).toBe('polite');
  expect(await status('polite')).toBe('exited 7');
  await startListener('own', '--stop-signal USR1 --stop-timeout 1');
  await guest.ok('docker stop own');
  expect(await status('own')).toBe('exited 137');
  expect(await guest.ok('docker logs own')).toBe('ready\nUSR1');
  await startListener('other');
  await guest.ok('docker stop -s HUP -t 0 other');
  expect(await status('other')).toBe('exited 137');
});

it('kill sends what it is told to', async () => {
  await startListener('target');
  expect(await guest.ok('docker kill -s USR1 target')).toBe('target');
  await untilLogged('target', 'USR1');
  await guest.ok('docker kill --signal=SIGHUP target');
  await untilLogged('target', 'HUP');
  expect(await status('target')).toBe('running 0');
  await guest.ok('docker kill target');
  expect(await status('target')).toBe('exited 137');
  expect(await guest.sh('docker kill target')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(
      /^Error response from daemon: cannot kill container: target: container [0-9a-f]{64} is not running\n$/,
    ),
  });
  expect((await guest.sh('docker kill -s NOPE target')).stderr).toBe(
    'Error response from daemon: cannot kill container: target: invalid signal: NOPE\n',
  );
});

it('pause stops every process of the cgroup, unpause goes on', async () => {
  await guest.ok(`docker run -d --name busy busybox sh -c 'i=0; while :; do i=$((i+1)); echo $i > /n; done'`);
  await expect
    .poll(() => guest.sh('docker exec busy cat /n').then(({ stdout }) => Number(stdout)), PATIENCE)
    .toBeGreaterThan(0);
  const cgroup = `/sys/fs/cgroup/docker/${await inspect('busy', '{{.Id}}')}`;
  const merged = await inspect('busy', '{{.GraphDriver.Data.MergedDir}}');
  expect(await guest.ok('docker pause busy')).toBe('busy');
  expect(await guest.ok(`grep frozen ${cgroup}/cgroup.events; cat ${cgroup}/cgroup.freeze`)).toBe('frozen 1\n1');
  expect(await status('busy')).toBe('paused 0');
  expect(await guest.ok("docker ps --format '{{.Status}}'")).toMatch(/ \(Paused\)$/);
  const usage = `sed -n 's/^user_usec //p' ${cgroup}/cpu.stat`;
  const used = await guest.ok(usage);
  expect((await guest.sh('docker exec busy true')).stderr).toContain('is paused, unpause the container before exec');
  expect((await guest.sh('docker pause busy')).stderr).toMatch(/is already paused\n$/);
  expect(await guest.ok(usage)).toBe(used);
  const last = Number(await guest.ok(`cat ${merged}/n`));
  expect(await guest.ok('docker unpause busy')).toBe('busy');
  await expect.poll(() => guest.sh(`cat ${merged}/n`).then(({ stdout }) => Number(stdout))).toBeGreaterThan(last);
  expect((await guest.sh('docker unpause busy')).stderr).toMatch(/is not paused\n$/);
});

it('wait tells the exit codes, of what ends and of what has ended', async () => {
  await guest.ok('docker run -d --name endless busybox sleep 1000; docker run --name short busybox true');
  const waiting = guest.ok('docker wait endless short');
  await guest.ok('docker kill -s TERM endless; docker kill endless');
  expect(await waiting).toBe('137\n0');
});

it('rename gives another name, and only that', async () => {
  await guest.ok('docker run -d --name old busybox sleep 1000; docker create --name taken busybox true');
  const [id, host] = [await inspect('old', '{{.Id}}'), await guest.ok('docker exec old hostname')];
  expect(await guest.ok('docker rename old new')).toBe('');
  expect(await inspect('new', '{{.Id}} {{.Name}}')).toBe(`${id} /new`);
  expect(await guest.ok('docker exec new hostname')).toBe(host);
  expect((await guest.sh('docker inspect old')).exitCode).toBe(1);
  expect((await guest.sh('docker rename new taken')).stderr).toContain(
    'Conflict. The container name "/taken" is already in use',
  );
  expect(await inspect('new', '{{.Name}}')).toBe('/new');
});

it('restart is another process on the same layer', async () => {
  await guest.ok(`docker run -d --name again busybox sh -c 'echo run >> /runs; exec sleep 1000'`);
  await expect.poll(() => guest.sh('docker exec again cat /runs').then(({ stdout }) => stdout), PATIENCE).toBe('run\n');
  const before = await inspect('again', '{{.State.Pid}} {{.State.StartedAt}}');
  expect(await guest.ok('docker restart -t 0 again')).toBe('again');
  await expect
    .poll(() => guest.sh('docker exec again cat /runs').then(({ stdout }) => stdout), PATIENCE)
    .toBe('run\nrun\n');
  const [pid, startedAt = ''] = before.split(' ');
  const [newPid, newStartedAt = ''] = (await inspect('again', '{{.State.Pid}} {{.State.StartedAt}}')).split(' ');
  expect(newPid).not.toBe(pid);
  expect(Date.parse(newStartedAt)).toBeGreaterThan(Date.parse(startedAt));
  expect(await inspect('again', '{{.RestartCount}}')).toBe('0');
});

it('rm refuses what runs, takes it with -f, and takes anonymous volumes with -v', async () => {
  await guest.ok('docker run -d --name full -v /anonymous -v named:/named busybox sleep 1000');
  const volumes = () => guest.ok('docker volume ls -q | wc -l');
  const merged = await inspect('full', '{{.GraphDriver.Data.MergedDir}}');
  expect(await guest.sh('docker rm full')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(
      /^Error response from daemon: cannot remove container "full": container is running: stop the container before removing or force remove\n$/,
    ),
  });
  expect(await volumes()).toBe('2');
  expect(await guest.ok('docker rm -f -v full')).toBe('full');
  expect(await guest.ok('docker volume ls -q')).toBe('named');
  expect(await guest.ok(`ls -d ${merged} 2>/dev/null | wc -l`)).toBe('0');
  await guest.ok('docker create --name other -v /anonymous busybox true; docker rm other');
  expect(await volumes()).toBe('2');
  expect((await guest.sh('docker rm full')).stderr).toBe('Error response from daemon: No such container: full\n');
  expect((await guest.sh('docker rm -f full')).stderr).toBe('Error response from daemon: No such container: full\n');
  await guest.ok('docker volume prune -a -f');
});

it('a container has the host’s kernel, whatever is in its image', async () => {
  const kernel = 'cat /proc/version /proc/sys/kernel/random/boot_id';
  expect(await guest.ok(`docker run --rm busybox sh -c '${kernel}; uname -r'`)).toBe(
    await guest.ok(`${kernel}; uname -r`),
  );
});
