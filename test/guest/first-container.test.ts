// The kernel does it: what `docker run` promises, read back from the guest's own /proc, /sys and mount table.
import { beforeAll, describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();

beforeAll(async () => {
  await guest.ok('docker run -d --name box -m 32m --pids-limit 20 --cpus 0.5 busybox sleep 1000');
});

describe('a running container', () => {
  it('has its limits in its cgroup', async () => {
    const files = await guest.ok(`
      cd /sys/fs/cgroup/docker/$(docker inspect -f '{{.Id}}' box)
      cat memory.max pids.max cpu.max`);
    expect(files.split('\n')).toEqual(['33554432', '20', '50000 100000']);
  });

  it('has namespaces of its own', async () => {
    const lines = await guest.ok(`
      pid=$(docker inspect -f '{{.State.Pid}}' box)
      for ns in pid mnt uts ipc net cgroup user; do
        [ "$(readlink /proc/1/ns/$ns)" = "$(readlink /proc/$pid/ns/$ns)" ] && echo $ns same || echo $ns own
      done`);
    expect(lines.split('\n')).toEqual([
      'pid own',
      'mnt own',
      'uts own',
      'ipc own',
      'net own',
      'cgroup own',
      'user same',
    ]);
  });

  it('stands on an overlay with the paths that inspect names', async () => {
    const [mount, merged, upper] = (
      await guest.ok(`
      merged=$(docker inspect -f '{{.GraphDriver.Data.MergedDir}}' box)
      grep " $merged " /proc/mounts; echo $merged; docker inspect -f '{{.GraphDriver.Data.UpperDir}}' box`)
    ).split('\n');
    expect(merged).toMatch(/^\/var\/lib\/docker\/overlay2\/[0-9a-f]{64}\/merged$/);
    expect(mount).toMatch(
      new RegExp(`^overlay ${merged} overlay .*lowerdir=[^,]*overlay2.*upperdir=${upper},workdir=`),
    );
  });

  it('writes to its own layer and leaves the image alone', async () => {
    const output = await guest.ok(`
      docker exec box sh -c 'echo mine > /etc/mine; rm /etc/group'
      upper=$(docker inspect -f '{{.GraphDriver.Data.UpperDir}}' box)
      cat $upper/etc/mine; stat -c '%F %t,%T' $upper/etc/group
      docker run --rm busybox sh -c 'ls /etc/group; test ! -e /etc/mine'`);
    expect(output.split('\n')).toEqual(['mine', 'character special file 0,0', '/etc/group']);
  });

  it('is PID 1 for itself and a plain process for the host', async () => {
    const ps = await guest.ok('docker exec box ps');
    expect(ps).toMatch(/^\s*1 root\s.*sleep 1000$/m);
    expect(await guest.ok(`cat /proc/$(docker inspect -f '{{.State.Pid}}' box)/cmdline | tr '\\0' ' '`)).toBe(
      'sleep 1000',
    );
  });

  it('sees its own mounts, and none of the host', async () => {
    const mounts = await guest.ok('docker exec box cut -d " " -f 2 /proc/mounts');
    expect(mounts.split('\n')).toEqual(expect.arrayContaining(['/', '/proc', '/dev', '/sys', '/etc/hosts']));
    expect(mounts).not.toMatch(/overlay2|\/host\b/);
    expect(await guest.ok('grep -c overlay2 /proc/mounts')).not.toBe('0');
  });

  it('has a loopback and an eth0 of its own on the default network', async () => {
    expect(await guest.ok('docker exec box ping -c 1 127.0.0.1 >/dev/null && docker exec box ls /sys/class/net')).toBe(
      'eth0\nlo',
    );
  });

  it('has the default capabilities and seccomp', async () => {
    const status = await guest.ok(
      "grep -E '^(CapBnd|Seccomp):' /proc/$(docker inspect -f '{{.State.Pid}}' box)/status",
    );
    expect(status.replaceAll('\t', ' ').split('\n')).toEqual(['CapBnd: 00000000a80425fb', 'Seccomp: 2']);
    expect((await guest.sh('docker exec box mount -t tmpfs none /mnt')).stderr).toContain('permission denied');
  });

  it('knows its name', async () => {
    const output = await guest.ok(`
      id=$(docker inspect -f '{{.Id}}' box)
      [ "$(docker exec box hostname)" = "\${id:0:12}" ] && docker exec box cat /etc/hostname | grep -c "\${id:0:12}"
      cat /var/lib/docker/containers/$id/hosts | head -1`);
    expect(output.split('\n')).toEqual(['1', '127.0.0.1\tlocalhost']);
  });
});

describe('exec', () => {
  it('has environment, directory and user of its own, and what is the container’s', async () => {
    expect(
      await guest.ok(`docker exec -e A=1 -w /tmp -u 1000:1001 box sh -c 'echo $A $PWD $(id -u):$(id -g) $(hostname)'`),
    ).toBe(`1 /tmp 1000:1001 ${await guest.ok('docker exec box hostname')}`);
    const namespaces = (pid: string) => `sh -c 'for ns in pid mnt net cgroup; do readlink /proc/${pid}/ns/$ns; done'`;
    expect(await guest.ok(`docker exec box ${namespaces('self')}`)).toBe(
      await guest.ok(`docker exec box ${namespaces('1')}`),
    );
    // As seen from the container's own cgroup namespace.
    expect(await guest.ok('docker exec box cat /proc/self/cgroup')).toBe('0::/');
  });

  it('has all capabilities with --privileged, a terminal with -t, input with -i, and is on its own with -d', async () => {
    const capabilities = 'sed -n "s/^CapEff:.//p" /proc/self/status';
    expect(await guest.ok(`docker exec box ${capabilities}; docker exec --privileged box ${capabilities}`)).toBe(
      '00000000a80425fb\n000001ffffffffff',
    );
    expect(await guest.ok('docker exec -t box tty')).toBe('/dev/pts/0');
    expect((await guest.sh('docker exec -i box cat', 'typed')).stdout).toBe('typed');
    expect(await guest.ok("docker exec -d box sh -c 'echo on its own > /tmp/note'")).toBe('');
    await expect.poll(() => guest.sh('docker exec box cat /tmp/note')).toMatchObject({ stdout: 'on its own\n' });
  });

  it.each([
    ['sh -c "exit 5"', 5, ''],
    ['sh -c "kill -9 \\$\\$"', 137, ''],
    ['/etc/passwd', 126, 'permission denied'],
    ['nosuch', 127, 'executable file not found'],
  ])('%s ends with %i', async (command, code, text) => {
    const { exitCode, stdout, stderr } = await guest.sh(`docker exec box ${command}`);
    expect(exitCode).toBe(code);
    expect(stdout + stderr).toContain(text);
  });
});

describe('run', () => {
  it('passes streams and exit codes through', async () => {
    const result = await guest.sh("docker run --rm -i busybox sh -c 'cat; echo err >&2; exit 42'", 'typed\n');
    expect(result).toEqual({ exitCode: 42, stdout: 'typed\n', stderr: 'err\n' });
  });

  it.each([
    ['--nosuch busybox', 125, 'unknown flag: --nosuch'],
    ['busybox /etc/passwd', 126, 'permission denied'],
    ['busybox nosuch', 127, 'exec: "nosuch": executable file not found in $PATH'],
    ['busybox sh -c "kill -TERM \\$\\$; true"', 0, ''],
    ['--init busybox sh -c "kill -TERM \\$\\$"', 143, ''],
  ])('%s ends with %i', async (words, code, text) => {
    const { exitCode, stderr } = await guest.sh(`docker run --rm ${words}`);
    expect(exitCode).toBe(code);
    expect(stderr).toContain(text);
  });

  it('honours environment, directory, user, hostname and entrypoint', async () => {
    const output = await guest.ok(
      `docker run --rm -e A=1 -e B -w /tmp -u 1000:1001 -h box --entrypoint sh busybox -c 'echo $A $PWD $(id -u):$(id -g) $(hostname)'`,
    );
    expect(output).toBe('1 /tmp 1000:1001 box');
  });

  it('binds directories of the host', async () => {
    const output = await guest.ok(`
      mkdir -p /tmp/shared && echo outside > /tmp/shared/a
      docker run --rm -v /tmp/shared:/data busybox sh -c 'cat /data/a; echo inside > /data/b'
      docker run --rm -v /tmp/shared:/data:ro busybox sh -c 'echo x > /data/c' 2>/dev/null; echo "read-only: $?"
      cat /tmp/shared/b; ls /tmp/shared`);
    expect(output.split('\n')).toEqual(['outside', 'read-only: 1', 'inside', 'a', 'b']);
  });

  it('shares the host network on request', async () => {
    expect(await guest.ok('docker run --rm --network host busybox readlink /proc/self/ns/net')).toBe(
      await guest.ok('readlink /proc/1/ns/net'),
    );
  });

  it('leaves nothing behind with --rm', async () => {
    const traces =
      'docker ps -aq | wc -l; ls /var/lib/docker/containers /run/crun /sys/fs/cgroup/docker; grep -c overlay2 /proc/mounts';
    const before = await guest.ok(traces);
    await guest.ok('docker run --rm busybox true; docker run --rm busybox false; true');
    expect(await guest.ok(traces)).toBe(before);
  });
});
