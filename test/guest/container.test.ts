// Containers on the real guest, below the engine: layers, overlay, shim and crun through the Runtime port.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Digest } from '../../src/contracts/blob-store.ts';
import type { OciSpec } from '../../src/contracts/oci-runtime.ts';
import type { Task } from '../../src/contracts/runtime.ts';
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import type { DrydockMachine } from '../../src/machine/create-machine.ts';
import { resultOf, run, sh, startMachine } from '../support/machine.ts';

const LAYER = 'a'.repeat(64);
const ROOT = 'b'.repeat(64);
const BUNDLE = '/run/containerd/io.containerd.runtime.v2.task/moby';
const PIPES = { stdin: true, tty: false };

let machine: DrydockMachine;
let image: Digest;
let merged: string;
let containers = 0;

beforeAll(async () => {
  const blobs = new MemoryBlobStore();
  machine = await startMachine({ blobs });
  const writer = await blobs.create();
  await writer.write(await layerOf(await machine.runtime.files.read('/usr/bin/busybox')));
  image = (await writer.commit()).digest;
  const init = [
    { path: '/etc', kind: 'directory' as const, mode: 0o755 },
    { path: '/etc/hosts', kind: 'file' as const, mode: 0o644 },
  ];
  ({ merged } = await machine.runtime.prepareRootfs({ id: ROOT, layers: [{ overlayId: LAYER, image }], init }));
});

afterAll(() => machine.destroy());

/** An EROFS image with busybox as /bin/sh and friends. */
async function layerOf(busybox: Uint8Array): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'layer-'));
  const root = join(folder, 'root');
  for (const name of ['bin', 'proc', 'dev', 'sys', 'tmp']) await mkdir(join(root, name), { recursive: true });
  await writeFile(join(root, 'bin/busybox'), busybox, { mode: 0o755 });
  for (const name of ['sh', 'echo', 'cat', 'sleep', 'ls', 'tty', 'hostname', 'true']) {
    await symlink('busybox', join(root, 'bin', name));
  }
  await promisify(execFile)('mkfs.erofs', [join(folder, 'layer.erofs'), root]);
  const bytes = await readFile(join(folder, 'layer.erofs'));
  await rm(folder, { recursive: true });
  return new Uint8Array(bytes);
}

function specOf(id: string, args: string[], terminal = false): OciSpec {
  const capabilities = ['CAP_KILL', 'CAP_CHOWN'];
  return {
    ociVersion: '1.0.2',
    hostname: 'inside',
    process: {
      terminal,
      user: { uid: 0, gid: 0 },
      args,
      env: ['PATH=/bin'],
      cwd: '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: false,
    },
    root: { path: merged, readonly: false },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=65536k'] },
      { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance'] },
    ],
    linux: {
      namespaces: (['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'] as const).map((type) => ({ type })),
      cgroupsPath: `/docker/${id}`,
      resources: { pids: { limit: 50 }, memory: { limit: 64 * 1024 * 1024 } },
      maskedPaths: [],
      readonlyPaths: [],
    },
  };
}

async function start(args: string[], tty = false): Promise<{ id: string; task: Task }> {
  containers += 1;
  const id = String(containers).padStart(64, '0');
  const stdio = tty ? { stdin: true, tty: true, cols: 80, rows: 24 } : PIPES;
  const task = await machine.runtime.run({ id, bundle: `${BUNDLE}/${id}`, spec: specOf(id, args, tty), stdio });
  return { id, task };
}

describe('run', () => {
  test('a program in its own root, with its output and exit code', async () => {
    const { task } = await start(['sh', '-c', 'hostname; ls /; echo oops >&2; exit 4']);
    expect(await resultOf(task)).toEqual({
      exitCode: 4,
      stdout: 'inside\nbin\ndev\netc\nproc\nsys\ntmp\n',
      stderr: 'oops\n',
    });
  });

  test('leaves nothing behind', async () => {
    const { id, task } = await start(['true']);
    await resultOf(task);
    await machine.runtime.forget(id);
    const left = `ls -d ${BUNDLE}/${id} /run/crun/${id} /sys/fs/cgroup/docker/${id} 2>/dev/null | wc -l`;
    await expect.poll(() => sh(machine, left)).toBe('0');
  });

  test('a program that is not there is refused in crun’s words', async () => {
    await expect(start(['no-such-program'])).rejects.toMatchObject({
      code: 'guest',
      message: expect.stringContaining('executable file `no-such-program` not found') as string,
    });
  });

  test('with a terminal', async () => {
    const { task } = await start(['tty'], true);
    expect(await resultOf(task)).toEqual({ exitCode: 0, stdout: '/dev/pts/0\r\n', stderr: '' });
  });
});

describe('a running container', () => {
  test('limits, exec, freeze and kill', async () => {
    const { id, task } = await start(['sleep', '1000']);
    const limits = await machine.runtime.cgroup(id, ['memory.max', 'pids.max', 'no.such.file']);
    expect(limits).toEqual({ 'memory.max': '67108864\n', 'pids.max': '50\n' });
    expect(await sh(machine, `tr '\\0' ' ' < /proc/${task.pid}/cmdline`)).toBe('sleep 1000');

    const { process } = specOf(id, ['sh', '-c', 'cat; tr "\\0" " " < /proc/1/cmdline; exit 9']);
    const exec = await machine.runtime.exec({ containerId: id, execId: 'c'.repeat(64), process, stdio: PIPES });
    const writer = exec.stdin.getWriter();
    await writer.write(new TextEncoder().encode('typed '));
    await writer.close();
    expect(await resultOf(exec)).toEqual({
      exitCode: 9,
      stdout: expect.stringContaining('typed') as string,
      stderr: '',
    });

    await machine.runtime.setFrozen(id, true);
    expect((await machine.runtime.cgroup(id, ['cgroup.events']))['cgroup.events']).toContain('frozen 1');
    await machine.runtime.setFrozen(id, false);
    expect((await machine.runtime.cgroup(id, ['cgroup.events']))['cgroup.events']).toContain('frozen 0');

    await machine.runtime.kill(id, 9);
    expect(await task.exited).toMatchObject({ exitCode: 137, oomKilled: false });
    await expect(machine.runtime.kill(id, 9)).rejects.toMatchObject({ code: 'not-found' });
    await expect(machine.runtime.setFrozen(id, false)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('one that eats its memory is killed, and says so', async () => {
    const { task } = await start(['sh', '-c', 'x=x; while true; do x=$x$x; done']);
    const exit = (await Promise.all([task.exited, resultOf(task)]))[0];
    expect(exit).toMatchObject({ exitCode: 137, oomKilled: true });
  });
});

describe('root file systems', () => {
  test('changes go to the upper directory, mount points to the init layer', async () => {
    await resultOf((await start(['sh', '-c', 'echo new > /tmp/new'])).task);
    expect(await sh(machine, `cat /var/lib/docker/overlay2/${ROOT}/diff/tmp/new`)).toBe('new');
    expect(await sh(machine, `ls /var/lib/docker/overlay2/${ROOT}-init/diff/etc`)).toBe('hosts');
    expect(await sh(machine, `mount | grep -c 'overlay on ${merged} .*lowerdir=.*${LAYER}/diff'`)).toBe('1');
  });

  test('a second root shares the layer; it goes when nobody uses it', async () => {
    const id = 'd'.repeat(64);
    await machine.runtime.prepareRootfs({ id, layers: [{ overlayId: LAYER, image }], init: [] });
    expect(await sh(machine, `mount | grep -c ' ${`/var/lib/docker/overlay2/${LAYER}/diff`} '`)).toBe('1');
    await machine.runtime.removeRootfs(id);
    await expect(machine.runtime.removeLayer(LAYER)).rejects.toMatchObject({ code: 'conflict' });
    expect((await run(machine, 'ls', `/var/lib/docker/overlay2/${id}`)).exitCode).toBe(2);
  });

  test('more layers than fit into the options of one mount', async () => {
    const id = 'e'.repeat(64);
    const layers = Array.from({ length: 60 }, (_, index) => ({ overlayId: String(index).padStart(64, 'f'), image }));
    const paths = await machine.runtime.prepareRootfs({ id, layers, init: [] });
    expect(await sh(machine, `ls ${paths.merged}/bin/busybox`)).toBe(`${paths.merged}/bin/busybox`);
    await machine.runtime.removeRootfs(id);
    for (const { overlayId } of layers) await machine.runtime.removeLayer(overlayId);
    expect(await sh(machine, 'mount | grep -c ffff || true')).toBe('0');
  });

  test('a failed mount leaves nothing mounted', async () => {
    const id = '9'.repeat(64);
    const missing = [{ overlayId: '8'.repeat(64), image: `sha256:${'0'.repeat(64)}` as const }];
    await expect(machine.runtime.prepareRootfs({ id, layers: missing, init: [] })).rejects.toMatchObject({
      code: 'guest',
    });
    expect(await sh(machine, `mount | grep -c 9999 || true; ls /var/lib/docker/overlay2 | grep -c 9999 || true`)).toBe(
      '0\n0',
    );
  });
});
