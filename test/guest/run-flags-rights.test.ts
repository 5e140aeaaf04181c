// What a container may do: capabilities, privileges, seccomp, devices, its first process; asked of the kernel.
import { beforeAll, describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const run = (flags: string, command: string) => guest.sh(`docker run --rm ${flags} busybox ${command}`);
const status = (flags: string, field: string) =>
  guest.ok(`docker run --rm ${flags} busybox grep -E '^${field}:' /proc/self/status | cut -f 2`);

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
});

describe('capabilities', () => {
  it.each([
    ['', '00000000a80425fb'],
    ['--cap-add ALL', '000001ffffffffff'],
    ['--cap-drop ALL', '0000000000000000'],
    ['--cap-drop all --cap-add net_bind_service', '0000000000000400'],
    ['--cap-add CAP_SYS_ADMIN --cap-drop MKNOD', '00000000a02425fb'],
    ['--privileged', '000001ffffffffff'],
  ])('%s', async (flags, bits) => {
    expect(await status(flags, 'CapEff')).toBe(bits);
  });

  it('are none for a user who is not root', async () => {
    expect(await status('-u 1000', 'CapEff')).toBe('0000000000000000');
  });

  it('refuses one that does not exist', async () => {
    expect(await run('--cap-add NOSUCH', 'true')).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining(
        'docker: Error response from daemon: invalid CapAdd: unknown capability: "CAP_NOSUCH"\n',
      ),
    });
  });
});

describe('--privileged', () => {
  it('has the host’s devices, a writable /sys, nothing masked, no filter', async () => {
    const output = await guest.ok(`docker run --rm --privileged busybox sh -c '
      ls /dev/ram0 /dev/loop-control
      touch /sys/fs/cgroup/cgroup.procs && mkdir /sys/fs/cgroup/mine && echo cgroups
      head -c 4 /dev/ram0 | wc -c
      mkdir /m && mount -t tmpfs none /m && echo mounts
      grep Seccomp: /proc/self/status | cut -f 2
      grep -c " /proc/sys " /proc/mounts'; true`);
    expect(output.split('\n')).toEqual(['/dev/loop-control', '/dev/ram0', 'cgroups', '4', 'mounts', '0', '0']);
  });
});

describe('--security-opt', () => {
  it.each([
    ['', '0'],
    ['--security-opt no-new-privileges', '1'],
    ['--security-opt no-new-privileges:true', '1'],
    ['--security-opt no-new-privileges=false', '0'],
  ])('%s', async (flags, value) => {
    expect(await status(flags, 'NoNewPrivs')).toBe(value);
  });

  it('seccomp=unconfined allows what the default filter does not', async () => {
    expect((await run('', 'unshare -U true')).stderr).toContain('Operation not permitted');
    expect((await run('--security-opt seccomp=unconfined', 'unshare -U true')).exitCode).toBe(0);
  });

  it('seccomp=<profile> forbids what the profile says', async () => {
    await guest.ok(`cat > /tmp/no-mkdir.json <<'END'
      {"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "SCMP_ARCH_X86", "subArchitectures": []}],
       "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
                    {"name": "chmod", "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_SYS_ADMIN"]}}]}
END`);
    const { stderr } = await run(
      '--security-opt seccomp=/tmp/no-mkdir.json',
      'sh -c "mkdir /x; touch /y && chmod 700 /y"',
    );
    expect(stderr).toBe("mkdir: can't create directory '/x': No space left on device\n");
  });

  it('systempaths=unconfined masks nothing, writable-cgroups says what it does', async () => {
    expect((await run('', 'touch /proc/sys/kernel/domainname')).stderr).toContain('Read-only file system');
    expect((await run('--security-opt systempaths=unconfined', 'touch /proc/sys/kernel/domainname')).exitCode).toBe(0);
    expect((await run('', 'mkdir /sys/fs/cgroup/a')).stderr).toContain('Read-only file system');
    expect((await run('--security-opt writable-cgroups=true', 'mkdir /sys/fs/cgroup/a')).exitCode).toBe(0);
  });

  it('accepts the words of modules that the kernel does not have, and refuses others', async () => {
    expect((await run('--security-opt label=disable --security-opt apparmor=unconfined', 'true')).exitCode).toBe(0);
    expect((await run('--security-opt foo=bar', 'true')).stderr).toContain(
      'docker: Error response from daemon: invalid --security-opt 2: "foo=bar"',
    );
  });
});

describe('devices', () => {
  it('that were not given cannot be opened, even by who makes their node', async () => {
    const { stderr, exitCode } = await run('', 'sh -c "mknod /tmp/ram b 1 0 && head -c 1 /tmp/ram"');
    expect([exitCode, stderr]).toEqual([1, 'head: /tmp/ram: Operation not permitted\n']);
    expect(
      (await run('', 'sh -c "echo x > /dev/null; head -c 2 /dev/urandom | wc -c; tty < /dev/tty; ls /dev"')).stdout,
    ).toBe('2\ncore\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n');
  });

  it('are there by --device, with the rights asked for', async () => {
    expect((await run('--device /dev/ram0', 'sh -c "head -c 3 /dev/ram0 | wc -c; echo abc > /dev/ram0"')).stdout).toBe(
      '3\n',
    );
    const readOnly = await run('--device /dev/ram0:/dev/disk:r', 'sh -c "head -c 3 /dev/disk; echo abc > /dev/disk"');
    expect(readOnly).toMatchObject({ stdout: 'abc', stderr: "sh: can't create /dev/disk: Operation not permitted\n" });
  });

  it('may be made and used by --device-cgroup-rule', async () => {
    const [major = '', minor = ''] = (await guest.ok('cat /sys/block/ram0/dev')).split(':');
    const command = `sh -c "mknod /tmp/ram b ${major} ${minor} && head -c 3 /tmp/ram"`;
    const rule = await run(`--device-cgroup-rule 'b ${major}:* rwm'`, command);
    expect(rule.stdout).toBe('abc');
  });

  it('of a whole directory', async () => {
    expect((await run('--device /dev/net', 'ls /dev/net')).stdout).toBe('tun\n');
  });

  it('that are missing are named', async () => {
    expect((await run('--device /dev/nope', 'true')).stderr).toContain(
      'docker: Error response from daemon: error gathering device information while adding custom device "/dev/nope": no such file or directory\n',
    );
    expect((await run('--device /etc/passwd', 'true')).stderr).toContain(
      'error gathering device information while adding custom device "/etc/passwd": not a device node\n',
    );
    expect((await run('--gpus all', 'true')).stderr).toContain(
      'could not select device driver "" with capabilities: [[gpu]]\n',
    );
  });
});

describe('--init', () => {
  it('is process 1, and the command its child', async () => {
    expect((await run('--init', 'sh -c "cat /proc/1/comm; echo \\$\\$"')).stdout).toMatch(/^docker-init\n\d+\n$/);
  });

  it('reaps orphans', async () => {
    const zombies = await run('--init', `sh -c "sh -c 'sleep 0.1 & exit'; sleep 1; ps | grep -c '\\[sleep\\]'"`);
    expect(zombies.stdout).toBe('0\n');
  });

  it('passes signals on and ends as the command does', async () => {
    await guest.ok(
      `docker run -d --name init --init busybox sh -c 'trap "exit 42" TERM; echo ready; while :; do sleep 0.1; done'`,
    );
    await guest.ok('until docker logs init | grep -q ready; do sleep 0.1; done; docker stop init');
    expect(await guest.ok("docker inspect -f '{{.State.ExitCode}}' init")).toBe('42');
    expect((await run('--init', 'sh -c "kill -9 \\$\\$"')).exitCode).toBe(137);
    expect((await run('--init', 'sh -c "exit 7"')).exitCode).toBe(7);
    expect(await run('--init', 'nosuch')).toMatchObject({
      exitCode: 127,
      stderr: expect.stringMatching(/^\[FATAL tini \(\d+\)\] exec nosuch failed: No such file or directory\n$/),
    });
  });

  it('has the terminal for the command', async () => {
    expect((await run('--init -t', 'tty')).stdout).toBe('/dev/pts/0\r\n');
  });
});
