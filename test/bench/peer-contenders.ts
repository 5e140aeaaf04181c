// The two that are compared, each booted cold on the same kernel with the same memory, up to the moment before its daemon
// starts: ours, whose daemon runs beside the guest, and dockerd with containerd and runc in the guest.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { withLock } from '../../emulator/lib/lock.ts';
import { CACHE } from '../../emulator/lib/paths.ts';
import { runSteps } from '../../emulator/lib/run-steps.ts';
import { peerStep } from '../../emulator/steps/peer.ts';
import { createDrydock } from '../../src/compose/create-drydock.ts';
import { scriptShell } from '../../src/compose/shell.ts';
import type { GuestFiles } from '../../src/contracts/machine.ts';
import type { Runtime } from '../../src/contracts/runtime.ts';
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import { createMachine } from '../../src/machine/create-machine.ts';
import { diskRegistry } from '../../src/node/disk-registry.ts';
import { compileEmulator } from '../../src/node/emulator-module.ts';
import { DiskGuestFiles } from '../../src/node/guest-files.ts';
import { PUBLIC_DIRECTORY } from '../../src/node/paths.ts';
import { deferred } from '../../src/shared/deferred.ts';
import { readLines } from '../../src/shared/read-lines.ts';
import { dockerArchive } from './docker-archive.ts';

const GUEST_FOLDER = join(PUBLIC_DIRECTORY, 'guest');
const ARCHIVE = '/root/busybox.tar';
/** The last line that dockerd logs when it starts. */
const LISTENING = 'API listen on';

/** As the packages' units do it. A containerd that dockerd starts itself would have 15 s, too few for a busy machine. */
const START_DAEMONS = `
  containerd >/var/log/containerd.log 2>&1 &
  until [ -S /run/containerd/containerd.sock ]; do sleep 0.1; done
  exec dockerd --containerd=/run/containerd/containerd.sock --storage-driver=overlay2 2>&1`;

export interface Contender {
  readonly name: string;
  /** From the start of the daemon to its answer, in the guest. */
  readonly readyMs: number;
  /** What its `/version` says. */
  readonly version: string;
  /** Runs before a command's times are taken, and how many are. */
  readonly warmUpRuns: number;
  readonly runs: number;
  /** A bash script in the guest. @throws when it fails, with what it printed */
  run(script: string): Promise<string>;
  /** The image `busybox:latest` is there afterwards. */
  addBusybox(): Promise<void>;
  close(): Promise<void>;
}

export async function startOurs(): Promise<Contender> {
  const guest = new DiskGuestFiles(GUEST_FOLDER);
  let bootedAtMs = 0;
  const drydock = await createDrydock({
    guest: withoutSnapshot(guest),
    blobs: new MemoryBlobStore(),
    ...diskRegistry(PUBLIC_DIRECTORY, fetch),
    wasm: guest.load('v86.wasm').then(compileEmulator),
    onProgress: ({ phase }) => {
      if (phase === 'ready') bootedAtMs = performance.now();
    },
  });
  const run = (script: string) => runScript(drydock.machine.runtime, script);
  const version = await ping(run);
  return {
    name: 'Drydock',
    readyMs: performance.now() - bootedAtMs,
    version,
    warmUpRuns: 60,
    runs: 15,
    run,
    addBusybox: async () => void (await run('docker pull -q busybox')),
    close: () => drydock.close(),
  };
}

export async function startPeer(say: (line: string) => void): Promise<Contender> {
  const guest = new DiskGuestFiles(await buildPeer(say));
  const wasm = await readFile(createRequire(import.meta.url).resolve('v86/build/v86.wasm'));
  const { runtime, destroy } = await createMachine({
    guest,
    blobs: new MemoryBlobStore(),
    wasm: compileEmulator(new Uint8Array(wasm)),
    onCli: () => Promise.reject(new Error('Nothing of ours runs in the peer')),
    onLog: say,
  });
  const run = (script: string) => runScript(runtime, script);
  const startMs = performance.now();
  await startDockerd(runtime);
  const version = await ping(run);
  return {
    name: 'dockerd',
    readyMs: performance.now() - startMs,
    version,
    // A run takes seconds, and so has compiled what it needs after a few.
    warmUpRuns: 2,
    runs: 3,
    run,
    async addBusybox() {
      await runtime.files.write(ARCHIVE, await dockerArchive('library/busybox', 'latest'));
      await run(`docker load -q -i ${ARCHIVE} && rm ${ARCHIVE}`);
    },
    async close() {
      await destroy();
      guest.close();
    },
  };
}

/** Built when it is asked for: a hundred megabytes of packages that no test needs. @returns a folder like public/guest/ */
async function buildPeer(report: (line: string) => void): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const step = peerStep(GUEST_FOLDER);
  const onWait = (holder: number) => report(`waiting for the guest build of process ${holder}`);
  const outputs = await withLock(join(CACHE, 'lock'), onWait, () =>
    runSteps([step], { cache: CACHE, refresh: new Set(), report }),
  );
  const folder = outputs.get(step);
  if (folder === undefined) throw new Error('The peer was not built');
  return folder;
}

/** Both boot the kernel: a restored machine would have its caches warm. */
function withoutSnapshot(files: GuestFiles): GuestFiles {
  return {
    readRoot: (offset, length) => files.readRoot(offset, length),
    async load(name, onProgress) {
      const bytes = await files.load(name, onProgress);
      if (name !== 'guest.json') return bytes;
      const { snapshot: _, ...rest } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
      return new TextEncoder().encode(JSON.stringify(rest));
    },
  };
}

async function startDockerd(runtime: Runtime): Promise<void> {
  const task = await runtime.spawn(scriptShell(START_DAEMONS, [], 'dockerd'));
  const listening = deferred<undefined>();
  const seen: string[] = [];
  // Its lines are taken for as long as it lives, or it would wait for a reader.
  void (async () => {
    for await (const line of readLines(task.stdout)) {
      seen.push(line);
      if (line.includes(LISTENING)) listening.resolve(undefined);
    }
    throw new Error('it ended');
  })().catch((error: unknown) => listening.reject(error));
  await listening.promise.catch((cause: unknown) => {
    throw new Error(`dockerd does not listen:\n${seen.join('\n')}`, { cause });
  });
}

async function ping(run: Contender['run']): Promise<string> {
  const socket = 'curl -sf --retry 5 --retry-connrefused --unix-socket /var/run/docker.sock';
  const { Version } = JSON.parse(await run(`${socket} http://localhost/version`)) as { Version: string };
  return Version;
}

async function runScript(runtime: Runtime, script: string): Promise<string> {
  const task = await runtime.spawn(scriptShell(script, [], 'bench'));
  await task.stdin.close();
  const [output, errors, { exitCode }] = await Promise.all([
    new Response(task.stdout).text(),
    new Response(task.stderr).text(),
    task.exited,
  ]);
  if (exitCode !== 0) throw new Error(`The guest's script ended with ${exitCode}: ${output}${errors}`);
  return output;
}
