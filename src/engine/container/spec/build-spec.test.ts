import { describe, expect, test } from 'vitest';
import type { OciSpec } from '../../../contracts/oci-runtime.ts';
import { createRequestSchema } from '../create-request.ts';
import { parseMounts } from '../parse-mounts.ts';
import { buildSpec } from './build-spec.ts';
import type { SpecRequest } from './build-spec.ts';

function specOf(
  request: Readonly<Record<string, unknown>>,
  user = { uid: 0, gid: 0, additionalGids: [0] },
  extra: Partial<SpecRequest> = {},
): OciSpec {
  const { HostConfig, ...config } = createRequestSchema.parse({
    Cmd: ['sh'],
    Hostname: 'h',
    HostConfig: {},
    ...request,
  });
  if (!HostConfig) throw new Error('no host config');
  const hostConfig = {
    ...HostConfig,
    ShmSize: HostConfig.ShmSize || 67108864,
    NetworkMode: HostConfig.NetworkMode || 'bridge',
  };
  return buildSpec({
    id: 'c1',
    config,
    hostConfig,
    rootfs: '/merged',
    user,
    points: parseMounts(hostConfig, '/var/lib/docker').filter((point) => point.type !== 'volume'),
    linkedEnv: [],
    networkFiles: { '/etc/hosts': '/host/hosts' },
    networkSysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
    devices: { nodes: [], rules: [{ allow: false, access: 'rwm' }] },
    limitedDevices: [],
    sharedMemory: undefined,
    kernelVersion: '6.1.0',
    remapped: false,
    pidOf: () => 42,
    ...extra,
  });
}

describe('buildSpec', () => {
  test('without flags is Docker’s default container', () => {
    const spec = specOf({});
    const { seccomp, ...linux } = spec.linux;
    expect({ ...spec, linux }).toMatchSnapshot();
    expect(seccomp).toMatchObject({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 1,
      architectures: ['SCMP_ARCH_X86'],
    });
  });

  describe('of a daemon with userns-remap', () => {
    const range = (hostID: number) => [{ containerID: 0, hostID, size: 65_536 }];
    const idMappings = { uids: range(100_000), gids: range(200_000) };
    const networkSysctls = { 'net.ipv4.ping_group_range': '0 2147483647', 'net.ipv4.ip_unprivileged_port_start': '0' };
    const ROOT = { uid: 0, gid: 0, additionalGids: [0] };
    const cgroupOf = (spec: OciSpec) => spec.mounts.find(({ type }) => type === 'cgroup')?.options;

    test('has a user namespace, without what there cannot be in one', () => {
      const spec = specOf({}, ROOT, { remapped: true, idMappings, networkSysctls });
      const { linux } = spec;
      expect(linux.namespaces).toContainEqual({ type: 'user' });
      expect(linux.uidMappings).toEqual(idMappings.uids);
      expect(linux.gidMappings).toEqual(idMappings.gids);
      expect(linux.sysctl).toEqual({ 'net.ipv4.ip_unprivileged_port_start': '0' });
      expect(cgroupOf(spec)).not.toContain('ro');
    });

    test('joins the users of who it shares another namespace with', () => {
      const { linux } = specOf({ HostConfig: { IpcMode: 'container:x' } }, ROOT, { remapped: true, idMappings });
      expect(linux.namespaces).toContainEqual({ type: 'user', path: '/proc/42/ns/user' });
    });

    test('may leave it, and keeps what the daemon has for all', () => {
      const spec = specOf({ HostConfig: { UsernsMode: 'host' } }, ROOT, { remapped: true, networkSysctls });
      expect(spec.linux.namespaces).not.toContainEqual({ type: 'user' });
      expect(spec.linux.sysctl).toEqual(networkSysctls);
      expect(cgroupOf(spec)).not.toContain('ro');
      expect(() =>
        specOf({ HostConfig: { SecurityOpt: ['writable-cgroups=false'] } }, ROOT, { remapped: true }),
      ).toThrow('option WritableCgroups conflicts with user namespaces and rootless mode');
    });
  });

  test('with limits', () => {
    const { resources } = specOf({
      HostConfig: {
        Memory: 33554432,
        MemorySwap: 67108864,
        MemoryReservation: 16777216,
        NanoCpus: 500_000_000,
        CpuShares: 512,
        CpusetCpus: '0',
        PidsLimit: 20,
        BlkioWeight: 300,
      },
    }).linux;
    expect(resources).toEqual({
      devices: [{ allow: false, access: 'rwm' }],
      memory: { limit: 33554432, reservation: 16777216, swap: 67108864 },
      cpu: { shares: 512, period: 100_000, quota: 50_000, cpus: '0' },
      pids: { limit: 20 },
      blockIO: { weight: 300 },
    });
  });

  test('--pids-limit 0 and -1 are unlimited', () => {
    for (const PidsLimit of [0, -1])
      expect(specOf({ HostConfig: { PidsLimit } }).linux.resources.pids).toEqual({ limit: -1 });
  });

  test('--privileged', () => {
    const { linux, mounts, process } = specOf({ HostConfig: { Privileged: true } });
    expect(linux).not.toHaveProperty('seccomp');
    expect([linux.maskedPaths, linux.readonlyPaths]).toEqual([[], []]);
    expect(
      mounts.filter(({ destination }) => destination.startsWith('/sys')).flatMap(({ options }) => options),
    ).not.toContain('ro');
    expect(process.capabilities.effective).toHaveLength(41);
  });

  test('--read-only leaves the kernel’s own places writable', () => {
    const { root, mounts } = specOf({ HostConfig: { ReadonlyRootfs: true, Tmpfs: { '/tmp': 'size=1m' } } });
    expect(root.readonly).toBe(true);
    const readOnly = mounts.filter(({ options }) => options.includes('ro')).map(({ destination }) => destination);
    expect(readOnly).toEqual(['/sys', '/sys/fs/cgroup']);
  });

  test('mounts are the user’s last, and replace the defaults', () => {
    const { mounts } = specOf({
      HostConfig: {
        Binds: ['/data/:/a/b:ro', '/x:/a:rw,z,rshared', '/my/hosts:/etc/hosts'],
        Mounts: [{ Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1048576, Mode: 0o700 } }],
        Tmpfs: { '/run': 'rw,exec,size=64m' },
        ShmSize: 1048576,
      },
    });
    const chosen = mounts.filter(({ destination }) => /^\/(a|t|run|etc)|shm/.test(destination));
    expect(chosen).toEqual([
      {
        destination: '/dev/shm',
        type: 'tmpfs',
        source: 'shm',
        options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=1048576'],
      },
      { destination: '/a', type: 'bind', source: '/x', options: ['rbind', 'rshared'] },
      {
        destination: '/t',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['noexec', 'nosuid', 'nodev', 'rprivate', 'mode=700', 'size=1m'],
      },
      {
        destination: '/run',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'nodev', 'rprivate', 'rw', 'exec', 'size=64m'],
      },
      { destination: '/a/b', type: 'bind', source: '/data', options: ['rbind', 'ro', 'rro', 'rprivate'] },
      { destination: '/etc/hosts', type: 'bind', source: '/my/hosts', options: ['rbind', 'rprivate'] },
    ]);
  });

  test.each([
    [{ NetworkMode: 'host' }, 'mount uts pid ipc cgroup', {}],
    [{ NetworkMode: 'none' }, 'mount network uts pid ipc cgroup', { 'net.ipv4.ip_unprivileged_port_start': '0' }],
    [{ PidMode: 'host', IpcMode: 'host', UTSMode: 'host', CgroupnsMode: 'host' }, 'mount network', undefined],
    [
      { NetworkMode: 'container:x', Sysctls: { 'kernel.shmmax': '1' } },
      'mount network:/proc/42/ns/net uts pid ipc cgroup',
      { 'kernel.shmmax': '1' },
    ],
  ])('namespaces of %j', (HostConfig, expected, sysctl) => {
    const { linux } = specOf({ HostConfig });
    expect(linux.namespaces.map(({ type, path }) => (path === undefined ? type : `${type}:${path}`)).join(' ')).toBe(
      expected,
    );
    if (sysctl !== undefined) expect(linux.sysctl ?? {}).toEqual(sysctl);
  });

  test('the process: environment, terminal, user, limits', () => {
    const { process } = specOf(
      {
        Entrypoint: ['/bin/sh', '-c'],
        Cmd: ['ls'],
        Env: ['PATH=/mine', 'A=b', 'HOSTNAME'],
        WorkingDir: '/w',
        Tty: true,
        HostConfig: {
          ConsoleSize: [40, 120],
          OomScoreAdj: 500,
          Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }],
          SecurityOpt: ['no-new-privileges'],
        },
      },
      { uid: 1000, gid: 1001, additionalGids: [1001, 10] },
    );
    expect(process).toMatchObject({
      terminal: true,
      consoleSize: { width: 120, height: 40 },
      user: { uid: 1000, gid: 1001, additionalGids: [1001, 10] },
      args: ['/bin/sh', '-c', 'ls'],
      env: ['PATH=/mine', 'TERM=xterm', 'A=b'],
      cwd: '/w',
      capabilities: { effective: [], permitted: [] },
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 10, hard: 20 }],
      noNewPrivileges: true,
      oomScoreAdj: 500,
    });
  });

  test.each([
    [{ CapAdd: ['net_admin'] }, 'CAP_NET_ADMIN', true],
    [{ CapDrop: ['CHOWN'] }, 'CAP_CHOWN', false],
    [{ CapDrop: ['ALL'] }, 'CAP_KILL', false],
    [{ CapDrop: ['ALL'], CapAdd: ['KILL'] }, 'CAP_KILL', true],
    [{ CapAdd: ['ALL'], CapDrop: ['SYS_ADMIN'] }, 'CAP_SYS_ADMIN', false],
  ])('capabilities of %j', (HostConfig, name, held) => {
    expect(specOf({ HostConfig }).process.capabilities.bounding.includes(name)).toBe(held);
  });

  test('seccomp follows the capabilities', () => {
    const namesAllowed = (HostConfig: object): string[] => {
      const { seccomp } = specOf({ HostConfig }).linux;
      return (
        seccomp?.syscalls
          .filter(({ action, args }) => action === 'SCMP_ACT_ALLOW' && !args)
          .flatMap(({ names }) => names) ?? []
      );
    };
    expect(namesAllowed({})).toContain('openat2');
    expect(namesAllowed({})).not.toContain('mount');
    expect(namesAllowed({ CapAdd: ['SYS_ADMIN'] })).toEqual(expect.arrayContaining(['mount', 'clone3', 'unshare']));
    expect(specOf({ HostConfig: { SecurityOpt: ['seccomp=unconfined'] } }).linux).not.toHaveProperty('seccomp');
    expect(specOf({}).linux.seccomp?.syscalls).toContainEqual({
      names: ['clone3'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: 38,
    });
  });
});

describe('mount points', () => {
  test.each([
    [
      { Binds: ['/a:/'] },
      `invalid volume specification: '/a:/': invalid mount config for type "bind": invalid specification: destination can't be '/'`,
    ],
    [
      { Binds: ['/a:b'] },
      `invalid volume specification: '/a:b': invalid mount config for type "bind": invalid mount path: 'b' mount path must be absolute`,
    ],
    [{ Binds: ['/a:/b:xx'] }, 'invalid mode: xx'],
    [{ Binds: ['/a:/b:ro,rw'] }, 'invalid mode: ro,rw'],
    [{ Binds: [':/b'] }, "invalid volume specification: ':/b'"],
    [{ Binds: ['/a:/b:ro:x'] }, "invalid volume specification: '/a:/b:ro:x'"],
    [{ Binds: ['/a:/b', '/c:/b'] }, 'Duplicate mount point: /b'],
    [
      { Mounts: [{ Type: 'bind', Source: 'a', Target: '/b' }] },
      `invalid mount config for type "bind": invalid mount path: 'a' mount path must be absolute`,
    ],
    [
      { Mounts: [{ Type: 'bind', Target: '/b' }] },
      'invalid mount config for type "bind": field Source must not be empty',
    ],
    [
      { Mounts: [{ Type: 'bind', Source: '/a' }] },
      'invalid mount config for type "bind": field Target must not be empty',
    ],
    [{ Mounts: [{ Type: 'x', Target: '/b' }] }, 'invalid mount config for type "x": mount type unknown'],
    [{ Tmpfs: { t: '' } }, "invalid mount path: 't' mount path must be absolute"],
  ])('refuses %j', (HostConfig, message) => expect(() => specOf({ HostConfig })).toThrow(message));
});
