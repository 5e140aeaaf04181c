// What a container shares and what it has of its own: namespaces, names, network files, /dev/shm, mounts, environment.
import { beforeAll, describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const run = (flags: string, command: string) => guest.sh(`docker run --rm ${flags} busybox ${command}`);
const out = async (flags: string, command: string) =>
  (await guest.ok(`docker run --rm ${flags} busybox ${command}`)).trim();
const host = (namespace: string) => guest.ok(`readlink /proc/1/ns/${namespace}`);
const inside = (flags: string, namespace: string) => out(flags, `readlink /proc/self/ns/${namespace}`);
const of = (container: string, namespace: string) =>
  guest.ok(`docker exec ${container} readlink /proc/1/ns/${namespace}`);

beforeAll(async () => {
  await guest.ok('docker run -d --name donor --ipc shareable --hostname giver --shm-size 2m busybox sleep 1000');
});

describe('namespaces', () => {
  it.each([
    ['--pid host', 'pid'],
    ['--ipc host', 'ipc'],
    ['--uts host', 'uts'],
    ['--cgroupns host', 'cgroup'],
    ['--network host', 'net'],
    ['--userns host', 'user'],
  ])('%s', async (flags, namespace) => {
    expect(await inside(flags, namespace)).toBe(await host(namespace));
  });

  it.each([
    ['--ipc private', 'ipc'],
    ['--ipc none', 'ipc'],
    ['--cgroupns private', 'cgroup'],
    ['--network none', 'net'],
  ])('%s', async (flags, namespace) => {
    const own = await inside(flags, namespace);
    expect(own).not.toBe(await host(namespace));
    expect(own).not.toBe(await of('donor', namespace));
  });

  it.each([
    ['--pid container:donor', 'pid'],
    ['--ipc container:donor', 'ipc'],
    ['--network container:donor', 'net'],
  ])('%s', async (flags, namespace) => {
    expect(await inside(flags, namespace)).toBe(await of('donor', namespace));
  });

  it('show the other’s processes and network', async () => {
    expect(await out('--pid container:donor', 'ps')).toMatch(/^\s*1 root.*sleep 1000$/m);
    await guest.ok('docker run -d --name web --network container:donor busybox nc -l -p 8080 -e echo hello');
    await guest.ok('until docker exec donor netstat -ltn | grep -q :8080; do sleep 0.1; done');
    expect(await out('--network container:donor', 'nc 127.0.0.1 8080 </dev/null')).toBe('hello');
    expect(await out('--network container:donor', 'hostname')).toBe('giver');
  });

  it('share /dev/shm with --ipc', async () => {
    await guest.ok('docker exec donor sh -c "echo shared > /dev/shm/note"');
    expect(await out('--ipc container:donor', 'cat /dev/shm/note')).toBe('shared');
    expect(await guest.ok('docker exec donor df -k /dev/shm | tail -1')).toMatch(/^shm\s+2048 /);
    expect(await out('--shm-size 1m', 'df -k /dev/shm')).toMatch(/^shm\s+1024 /m);
    expect((await run('--ipc none', 'grep -q " /dev/shm " /proc/mounts')).exitCode).toBe(1);
    await guest.ok('echo host > /dev/shm/of-host');
    expect(await out('--ipc host', 'cat /dev/shm/of-host')).toBe('host');
  });

  it('cannot be joined when they are not there', async () => {
    await guest.ok('docker run -d --name private busybox sleep 1000; docker create --name idle busybox');
    const errorOf = async (flags: string) => (await run(flags, 'true')).stderr.split('\n')[0];
    expect(await errorOf('--ipc container:private')).toMatch(
      /failed to join IPC namespace: container [0-9a-f]{64}: non-shareable IPC \(hint: use IpcMode:shareable for the donor container\)$/,
    );
    expect(await errorOf('--network container:idle')).toMatch(
      /cannot join network namespace of a non running container: container idle is created$/,
    );
    expect(await errorOf('--pid container:idle')).toMatch(
      /failed to join PID namespace: container [0-9a-f]{64} is not running$/,
    );
    expect(await errorOf('--network container:nobody')).toContain(
      'joining network namespace of container: No such container: nobody',
    );
    await guest.ok('docker rm -f private idle');
  });

  it('leave nothing mounted behind', async () => {
    await guest.ok('docker run --name short --ipc shareable busybox true; docker rm short');
    expect(await guest.ok('grep -c /mounts/shm /proc/mounts')).toBe('1');
  });
});

describe('names and network files', () => {
  it('has host and domain name', async () => {
    const names = 'sh -c "hostname; cat /proc/sys/kernel/domainname /etc/hostname; echo \\$HOSTNAME"';
    expect(await out('-h box --domainname example.org', names)).toBe('box\nexample.org\nbox\nbox');
  });

  it('has extra hosts', async () => {
    const hosts = await out(
      '--add-host db:10.0.0.9 --add-host six=[2001:db8::1] --add-host up:host-gateway',
      'cat /etc/hosts',
    );
    expect(hosts).toMatch(/^10\.0\.0\.9\tdb$/m);
    expect(hosts).toMatch(/^2001:db8::1\tsix$/m);
    expect(hosts).toMatch(/^172\.17\.0\.1\tup$/m);
  });

  it('has the DNS settings asked for', async () => {
    const flags = '--dns 9.9.9.9 --dns 1.1.1.1 --dns-search a.org --dns-search b.org --dns-option ndots:2';
    expect(await out(flags, 'cat /etc/resolv.conf')).toContain(
      '\nnameserver 9.9.9.9\nnameserver 1.1.1.1\nsearch a.org b.org\noptions ndots:2\n\n',
    );
  });
});

describe('the process', () => {
  it('has its environment, directory and command', async () => {
    await guest.ok('printf "FROM_FILE=1\\n# no\\nHOME_DIR\\n" > /tmp/env');
    expect(await out('-e A=b -e HOME_DIR --env-file /tmp/env -w /new/dir', 'sh -c "echo \\$A \\$FROM_FILE; pwd"')).toBe(
      'b 1\n/new/dir',
    );
    expect(await out('--entrypoint ""', 'echo plain')).toBe('plain');
    expect(await guest.ok('docker run --rm --entrypoint echo busybox as entrypoint')).toBe('as entrypoint');
  });

  it.each([
    ['-u nobody', '65534 65534 65534'],
    ['-u 1000', '1000 0 0'],
    ['-u 1000:1001', '1000 1001 1001'],
    ['-u www-data:daemon --group-add audio --group-add 777', '33 1 1 29 777'],
  ])('%s', async (flags, ids) => {
    expect(await out(flags, `sh -c 'echo $(id -u) $(id -g) $(id -G)'`)).toBe(ids);
  });

  it('has its ulimits', async () => {
    expect(await out('--ulimit nofile=123:456 --ulimit core=0', `sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'`)).toBe(
      '123\n456\n0',
    );
  });

  it('is stopped as asked for', async () => {
    await guest.ok(
      `docker run -d --name stops --stop-signal USR1 --stop-timeout 30 busybox sh -c 'trap "exit 9" USR1; echo ready; while :; do sleep 0.1; done'`,
    );
    await guest.ok('until docker logs stops | grep -q ready; do sleep 0.1; done; docker stop stops');
    expect(await guest.ok("docker inspect -f '{{.State.ExitCode}}' stops")).toBe('9');
  });

  it('is told its annotations by the runtime, and its id by a file', async () => {
    const output = await guest.ok(`
      rm -f /tmp/cid
      docker run -d --annotation who=me --cidfile /tmp/cid busybox sleep 1000 >/dev/null
      jq -r .annotations.who /run/containerd/io.containerd.runtime.v2.task/moby/$(cat /tmp/cid)/config.json
      docker inspect -f '{{.HostConfig.Annotations.who}}' $(cat /tmp/cid)
      docker rm -f $(cat /tmp/cid) >/dev/null`);
    expect(output).toBe('me\nme');
  });
});

describe('sysctls', () => {
  it('are set when they are the container’s own', async () => {
    expect(
      await out(
        '--sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=4096',
        'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax',
      ),
    ).toBe('1\n4096');
  });

  it('are refused when they are the host’s', async () => {
    expect((await run('--sysctl kernel.panic=1', 'true')).stderr).toContain("sysctl 'kernel.panic=1' is not allowed");
    expect((await run('--network host --sysctl net.ipv4.ip_forward=1', 'true')).stderr).toContain(
      'the sysctl `net.ipv4.ip_forward` requires a new network namespace',
    );
  });
});

describe('mounts', () => {
  it('leave the root alone with --read-only', async () => {
    const output = await run('--read-only --tmpfs /tmp', 'sh -c "touch /tmp/a /dev/shm/b && touch /c"');
    expect(output).toMatchObject({ exitCode: 1, stderr: 'touch: /c: Read-only file system\n' });
  });

  it('are tmpfs with the options asked for', async () => {
    const mounts = await out(
      '--tmpfs /plain --tmpfs /sized:exec,size=1m,mode=700,uid=5 --mount type=tmpfs,dst=/m,tmpfs-size=2m,tmpfs-mode=1770',
      `sh -c 'grep -E "/(plain|sized|m) " /proc/mounts | sort; stat -c %a /plain /sized /m'`,
    );
    expect(mounts.split('\n')).toEqual([
      'tmpfs /m tmpfs rw,nosuid,nodev,noexec,relatime,size=2048k,mode=1770 0 0',
      'tmpfs /plain tmpfs rw,nosuid,nodev,noexec,relatime 0 0',
      'tmpfs /sized tmpfs rw,nosuid,nodev,relatime,size=1024k,mode=700,uid=5 0 0',
      '1777',
      '700',
      '1770',
    ]);
  });
});

describe('refused', () => {
  it.each([
    ['--runtime nosuch', 'unknown or invalid runtime name: nosuch'],
    ['--uts host -h x1', 'conflicting options: hostname and the UTS mode'],
    ['--network container:donor -h x1', 'conflicting options: hostname and the network mode'],
    ['--network container:donor --dns 1.1.1.1', 'conflicting options: dns and the network mode'],
    [
      '--network container:donor --add-host a:1.1.1.1',
      'conflicting options: custom host-to-IP mapping and the network mode',
    ],
    ['--network container:donor -p 80:80', 'conflicting options: port publishing and the container type network mode'],
    ['--network container:donor --expose 80', 'conflicting options: port exposing and the container type network mode'],
    ['--name x', 'Invalid container name (x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'],
    ['--ipc nosuch', 'invalid IPC mode: nosuch'],
    ['--isolation hyperv', "invalid isolation (hyperv): linux only supports 'default'"],
    ['--stop-signal NOSUCH', 'invalid signal: NOSUCH'],
    ['-w relative', "the working directory 'relative' is invalid, it needs to be an absolute path"],
  ])('%s', async (flags, message) => {
    const { exitCode, stderr } = await guest.sh(`docker create ${flags} busybox`);
    expect([exitCode, stderr]).toEqual([1, `Error response from daemon: ${message}\n`]);
  });
});

it('--runtime takes crun by both of its names', async () => {
  expect(await out('--runtime io.containerd.runc.v2', 'echo a')).toBe('a');
  expect(await out('--runtime crun', 'echo b')).toBe('b');
});

it('--platform finds out when the image is for another one', async () => {
  expect(await out('--platform linux/386', 'uname -m')).toBe('i686');
  expect(await run('--pull never --platform linux/arm64', 'true')).toMatchObject({
    exitCode: 125,
    stderr: expect.stringContaining(
      'docker: Error response from daemon: image with reference busybox was found but its platform (linux/386) does not match the specified platform (linux/arm64)\n',
    ),
  });
});
