// What a visitor's first commands need is read and run once before the snapshot, so that it is in the guest's memory then;
// what is not needed is made zero, since zero pages cost nothing in a snapshot.
import { DrydockError } from '../contracts/errors.ts';
import type { OciSeccomp, OciSpec } from '../contracts/oci-runtime.ts';
import type { Runtime, SpawnRequest, StdioRequest } from '../contracts/runtime.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ENV = { PATH, HOME: '/root', TERM: 'xterm-256color' };
const ROOT_ID = 'f'.repeat(64);
/** Left free while the rest of the memory is zeroed: the guest must not have to drop what was just read. */
const SPARE_BYTES = 24 * 1024 * 1024;

/** What a visitor is going to use, as the engine and the page will ask for it. */
export interface WarmUpPlan {
  /** The page's shell: its libraries, locale and terminal description are read. */
  readonly shell: SpawnRequest;
  /** Of a container without options: the shim keeps the compiled filter, which costs twice as much as the rest of a start. */
  readonly capabilities: readonly string[];
  readonly seccomp: OciSeccomp;
}

export async function warmUp(runtime: Runtime, plan: WarmUpPlan, say: (line: string) => void): Promise<void> {
  await runtime.files.write('/proc/sys/vm/drop_caches', new TextEncoder().encode('3\n'));
  const commands = ['true', 'ls -l / >/dev/null', 'cat /etc/os-release >/dev/null', 'docker version >/dev/null'];
  for (const command of commands) {
    const exitCode = await runToEnd(runtime, ['sh', '-c', command]);
    if (exitCode !== 0) say(`"${command}" ended with ${exitCode}`);
  }
  await visit(runtime, plan.shell);
  await runContainer(runtime, plan, PIPES);
  await runContainer(runtime, plan, TERMINAL);
  await zeroFreeMemory(runtime);
}

const PIPES: StdioRequest = { stdin: true, tty: false };
const TERMINAL: StdioRequest = { stdin: true, tty: true, cols: 80, rows: 24 };

async function runToEnd(runtime: Runtime, argv: readonly string[], stdio: StdioRequest = PIPES): Promise<number> {
  const task = await runtime.spawn({ argv, env: ENV, cwd: '/', stdio });
  await Promise.all([task.stdin.close(), drain(task.stdout), drain(task.stderr)]);
  return (await task.exited).exitCode;
}

/** A person at the prompt, who leaves again. The blanks keep what was typed out of the history. */
async function visit(runtime: Runtime, shell: SpawnRequest): Promise<void> {
  const task = await runtime.spawn(shell);
  const keys = task.stdin.getWriter();
  await keys.write(new TextEncoder().encode(' docker version >/dev/null\n exit\n'));
  await Promise.all([drain(task.stdout), drain(task.stderr), task.exited]);
}

/** The host's own programs in a container: there is no image yet, but crun, overlayfs and the shim are the same. */
async function runContainer(runtime: Runtime, plan: WarmUpPlan, stdio: StdioRequest): Promise<void> {
  const directories = ['/bin', '/lib', '/usr', '/proc', '/dev', '/sys', '/etc'];
  const init = directories.map((path) => ({ path, kind: 'directory' as const, mode: 0o755 }));
  const { merged } = await runtime.prepareRootfs({ id: ROOT_ID, layers: [], init });
  const bundle = `/run/containerd/io.containerd.runtime.v2.task/moby/${ROOT_ID}`;
  const task = await runtime.run({ id: ROOT_ID, bundle, spec: warmSpec(merged, plan, stdio.tty), stdio });
  await Promise.all([task.stdin.close(), drain(task.stdout), drain(task.stderr), task.exited]);
  await runtime.forget(ROOT_ID);
  await runtime.removeRootfs(ROOT_ID);
}

function warmSpec(rootfs: string, plan: WarmUpPlan, terminal: boolean): OciSpec {
  const capabilities = [...plan.capabilities];
  const shared = ['/bin', '/lib', '/usr'];
  return {
    ociVersion: '1.0.2',
    hostname: 'warm',
    process: {
      terminal,
      user: { uid: 0, gid: 0 },
      args: ['sh', '-c', 'echo warm'],
      env: [`PATH=${PATH}`],
      cwd: '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: false,
    },
    root: { path: rootfs, readonly: false },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=65536k'] },
      { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
      ...shared.map((path) => ({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro'] })),
    ],
    linux: {
      namespaces: (['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'] as const).map((type) => ({ type })),
      cgroupsPath: `/docker/${ROOT_ID}`,
      resources: { pids: { limit: 100 } },
      maskedPaths: ['/proc/kcore'],
      readonlyPaths: ['/proc/sys'],
      seccomp: plan.seccomp,
    },
  };
}

// Pages of a tmpfs are cleared when it takes them, and stay so when it gives them back.
async function zeroFreeMemory(runtime: Runtime): Promise<void> {
  const memory = new TextDecoder().decode(await runtime.files.read('/proc/meminfo'));
  const freeBytes = Number(/^MemFree:\s+(\d+) kB$/m.exec(memory)?.[1] ?? 0) * 1024;
  const pieces = Math.floor((freeBytes - SPARE_BYTES) / 1048576);
  if (pieces <= 0) return;
  const script = [
    `mkdir -p /mnt`,
    `mount -t tmpfs -o size=100% zeros /mnt`,
    `dd if=/dev/zero of=/mnt/zeros bs=1048576 count=${pieces} 2>/dev/null`,
    `umount /mnt`,
  ];
  const exitCode = await runToEnd(runtime, ['sh', '-c', script.join(' && ')]);
  if (exitCode !== 0) throw new DrydockError('guest', `Cannot zero ${pieces} MiB of the guest: exit code ${exitCode}`);
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}
