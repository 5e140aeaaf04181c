// daemon.json's `userns-remap`: root in a container is nobody special outside. The guest's dockremap has its ids in /etc/subuid.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useGuest } from '../support/guest.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const guest = useGuest();
const configure = (setting: string) =>
  guest.sh(`echo '{"userns-remap": "${setting}"}' > /etc/docker/daemon.json; service docker restart`);

/** The first id of the host that is a container's. */
let first = 0;
let root = '';

beforeAll(async () => {
  const [, start = '', count] = (await guest.ok('grep ^dockremap: /etc/subuid')).split(':');
  expect(count).toBe('65536');
  first = Number(start);
  root = `/var/lib/docker/${start}.${start}`;
  expect(await configure('default')).toMatchObject({ exitCode: 0 });
  await guest.ok('docker run -d --name first --stop-signal KILL busybox sleep 1000');
});

const pidOf = (name: string) => guest.ok(`docker inspect -f '{{.State.Pid}}' ${name}`);

describe('the daemon', () => {
  it('says so, and has a root of its own for these ids', async () => {
    const format = '{{.DockerRootDir}} {{json .SecurityOptions}}';
    expect(await guest.ok(`docker info --format '${format}'`)).toBe(
      `${root} ["name=seccomp,profile=builtin","name=userns","name=cgroupns"]`,
    );
    expect(await guest.ok(`stat -c '%a %u:%g' /var/lib/docker ${root} ${root}/image`)).toBe(
      `710 0:${first}\n710 0:${first}\n700 0:0`,
    );
  });
});

describe('a container', () => {
  it('is root inside, and somebody else outside', async () => {
    expect(await guest.ok('docker exec first id -u; docker exec first cat /proc/self/uid_map')).toMatch(
      new RegExp(`^0\n\\s+0\\s+${first}\\s+65536$`),
    );
    const pid = await pidOf('first');
    expect(
      await guest.ok(`sed -n 's/^Uid:\\t\\([0-9]*\\).*/\\1/p; s/^Gid:\\t\\([0-9]*\\).*/\\1/p' /proc/${pid}/status`),
    ).toBe(`${first}\n${first}`);
    const maps = await guest.ok(`cat /proc/${pid}/uid_map /proc/${pid}/gid_map`);
    expect(maps.split('\n').map((line) => line.trim().split(/\s+/).map(Number))).toEqual([
      [0, first, 65_536],
      [0, first, 65_536],
    ]);
    expect(await guest.ok(`readlink /proc/${pid}/ns/user`)).not.toBe(await guest.ok('readlink /proc/self/ns/user'));
  });

  it('finds its image’s files its own, without a copy of them', async () => {
    expect(await guest.ok("docker exec first stat -c '%u:%g' / /bin/busybox /etc/passwd /etc/hosts")).toBe(
      '0:0\n0:0\n0:0\n0:0',
    );
    const layer = await guest.ok("docker inspect -f '{{.GraphDriver.Data.LowerDir}}' first | tr : '\\n' | tail -n 1");
    expect(await guest.ok(`stat -c '%u:%g' ${layer}/bin/busybox; findmnt -no FSTYPE ${layer}`)).toBe(
      `${first}:${first}\nerofs`,
    );
    expect(await guest.ok('docker diff first')).toBe('');
  });

  it('owns what it makes and changes; nobody’s ids come out', async () => {
    await guest.ok(`docker exec first sh -c '
      echo x > /made; echo y >> /etc/passwd; mkdir -p /d; echo z > /d/f; chown 7:8 /d/f; chmod 4755 /made'`);
    const upper = await guest.ok("docker inspect -f '{{.GraphDriver.Data.UpperDir}}' first");
    expect(await guest.ok(`cd ${upper}; stat -c '%u:%g %a' made etc/passwd d/f`)).toBe(
      `${first}:${first} 4755\n${first}:${first} 644\n${first + 7}:${first + 8} 644`,
    );
    expect((await guest.ok('docker diff first')).split('\n').sort()).toEqual([
      'A /d',
      'A /d/f',
      'A /made',
      'C /etc',
      'C /etc/passwd',
    ]);
  });

  it('writes to its standard streams, with a terminal and without', async () => {
    expect(await guest.ok("docker run --rm busybox sh -c 'echo out > /dev/stdout; echo err > /dev/stderr' 2>&1")).toBe(
      'out\nerr',
    );
    expect(await guest.ok("docker run --rm -t busybox sh -c 'echo tty > /dev/tty; stat -c %u /dev/console'")).toMatch(
      /^tty\r?\n0$/,
    );
    expect(await guest.ok('echo in | docker run --rm -i busybox cat')).toBe('in');
  });

  it('cannot read what only the host’s root may', async () => {
    await guest.ok('umask 077; mkdir -p /srv/secret; echo s > /srv/secret/file; echo s > /srv/only-root');
    const { exitCode, stderr } = await guest.sh(
      'docker run --rm -v /srv/only-root:/f busybox sh -c "id -u > /dev/null; cat /f"',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "cat: can't open '/f': Permission denied\n" });
  });

  it('has power over what is its own only, whatever capabilities it has', async () => {
    const { stdout, stderr } = await guest.sh(
      'docker run --rm --cap-add ALL busybox sh -c "mkdir /t && mount -t tmpfs none /t && echo mounted; mknod /m b 254 0; date -s 2020-01-01 >/dev/null"',
    );
    expect(stdout).toBe('mounted\n');
    expect(stderr).toBe("mknod: /m: Operation not permitted\ndate: can't set date: Operation not permitted\n");
  });

  it('keeps its volumes: its own, filled, and owned by it', async () => {
    await guest.ok(
      `docker run --rm -v data:/data -v /srv/made-here:/made busybox sh -c 'echo v > /data/f; echo b > /made/f'`,
    );
    expect(
      await guest.ok(`stat -c '%u' ${root}/volumes/data/_data ${root}/volumes/data/_data/f /srv/made-here/f`),
    ).toBe(`${first}\n${first}\n${first}`);
    await guest.ok('docker run --rm -v filled:/etc busybox true');
    expect(await guest.ok(`stat -c '%u' ${root}/volumes/filled/_data/passwd`)).toBe(String(first));
  });

  it('has a shared memory, a working directory and a read-only root of its own', async () => {
    expect(
      await guest.ok(
        "docker run --rm --ipc shareable -w /new/place busybox sh -c 'echo x > /dev/shm/x; touch here; stat -c %u /new . here'",
      ),
    ).toBe('0\n0\n0');
    expect((await guest.sh('docker run --rm --read-only busybox touch /x')).stderr).toContain('Read-only file system');
    expect(
      await guest.ok('docker run --rm -u 1000:1000 --tmpfs /t busybox sh -c "id -u; echo x > /t/x && cat /t/x"'),
    ).toBe('1000\nx');
  });

  it('is held by its limits', async () => {
    expect(
      await guest.ok(
        'docker run --rm -m 32m --pids-limit 9 busybox cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max',
      ),
    ).toBe('33554432\n9');
  });

  it('joins another one’s namespaces, and with them its users', async () => {
    expect(
      await guest.ok(
        'docker run --rm --network container:first --pid container:first busybox sh -c "readlink /proc/self/ns/user"',
      ),
    ).toBe(await guest.ok(`readlink /proc/$(docker inspect -f '{{.State.Pid}}' first)/ns/user`));
  });
});

describe('docker cp', () => {
  it('gives and takes the ids of the inside', async () => {
    await guest.ok('cd /tmp; echo in > in; docker cp in first:/in; docker cp first:/d/f out');
    expect(await guest.ok("docker exec first stat -c '%u:%g' /in")).toBe('0:0');
    expect(await guest.ok('cat /tmp/out')).toBe('z');
    expect(await guest.ok('docker cp first:/d/f - | tar -tvf - --numeric-owner')).toMatch(/ 7\/8 /);
    expect(await guest.ok('docker export first | tar -tvf - --numeric-owner bin/busybox made')).toMatch(
      /^\S+ 0\/0 [^\n]*bin\/busybox[^\n]*\n\S+ 0\/0 [^\n]*made$/,
    );
  });
});

describe('docker commit', () => {
  it('makes an image that knows nothing of the host’s ids', async () => {
    await guest.ok('docker commit first image >/dev/null');
    expect(await guest.ok("docker run --rm image stat -c '%u:%g %a' /made /d/f /bin/busybox")).toMatch(
      /^0:0 4755\n7:8 644\n0:0 /,
    );
    const changes = await guest.ok(`
      cd $(mktemp -d) && docker save image | tar -x
      tar -tvf $(jq -r '.[0].Layers[-1]' manifest.json) --numeric-owner`);
    expect(changes).toMatch(/ 7\/8 .* d\/f/);
  });
});

describe('--userns=host', () => {
  it('is root outside; the files are still those of the others', async () => {
    await guest.ok('docker run -d --name host --stop-signal KILL --userns=host busybox sleep 1000');
    expect(await guest.ok(`sed -n 's/^Uid:\\t\\([0-9]*\\).*/\\1/p' /proc/${await pidOf('host')}/status`)).toBe('0');
    expect(await guest.ok("docker exec host stat -c '%u' /bin/busybox")).toBe(String(first));
    expect(await guest.ok('docker run --rm --privileged --network host --pid host --userns host busybox id -u')).toBe(
      '0',
    );
  });

  it.each([
    [
      '--privileged',
      'privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
    ],
    ['--network host', "cannot share the host's network namespace when user namespaces are enabled"],
    ['--pid host', 'cannot share the host PID namespace when user namespaces are enabled'],
  ])('is what %s needs', async (flag, message) => {
    const { exitCode, stderr } = await guest.sh(`docker run --rm ${flag} busybox true`);
    expect(exitCode).toBe(125);
    expect(stderr).toContain(`docker: Error response from daemon: ${message}\n`);
  });
});

describe('later', () => {
  it('a restarted daemon finds its containers; without remapping there is the other root', async () => {
    await guest.ok('service docker restart');
    expect(await guest.ok('docker start first && docker exec first cat /made')).toBe('first\nx');
    expect(await guest.ok(`sed -n 's/^Uid:\\t\\([0-9]*\\).*/\\1/p' /proc/${await pidOf('first')}/status`)).toBe(
      String(first),
    );
    expect(await guest.ok('docker rm -f first host; docker run --rm busybox stat -c %u /bin/busybox')).toBe(
      'first\nhost\n0',
    );
    expect(await configure('')).toMatchObject({ exitCode: 0 });
    expect(await guest.ok("docker ps -aq; docker info --format '{{.DockerRootDir}}'")).toBe('/var/lib/docker');
    expect(await guest.ok('docker run --rm busybox stat -c %u:%g /bin/busybox')).toBe('0:0');
  });

  it.each([
    ['nosuch', 'Error during uid lookup for "nosuch": getent unable to find entry "nosuch" in passwd database'],
    ['nobody:users', `Can't create ID mappings: no subuid ranges found for user "nobody"`],
    ['a:b:c', 'Invalid user/group specification in --userns-remap: "a:b:c"'],
  ])('%s keeps the daemon from starting', async (setting, message) => {
    const { exitCode, stderr } = await configure(setting);
    expect(exitCode).toBe(1);
    expect(stderr.replaceAll('\\\\', '')).toContain(message);
  });

  it('user and group may be named or numbered', async () => {
    expect(await configure('dockremap:users')).toMatchObject({ exitCode: 0 });
    expect(await configure('100:101')).toMatchObject({ exitCode: 0 });
    expect(await guest.ok("docker info --format '{{.DockerRootDir}}'")).toBe(root);
  });
});
