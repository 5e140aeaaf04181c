// Puts machine, engine and CLI together, once for both composition roots: the browser's worker and Node.
import type { BlobStore } from '../contracts/blob-store.ts';
import type { BootProgress, GuestFiles, Machine } from '../contracts/machine.ts';
import { runDocker } from '../cli/run-docker.ts';
import { serveHttp1 } from '../engine/api/http1/serve-http1.ts';
import { createEngine } from '../engine/create-engine.ts';
import type { Engine } from '../engine/create-engine.ts';
import { loadDaemonConfig } from '../engine/daemon/daemon-config.ts';
import { createMachine } from '../machine/create-machine.ts';
import type { WebAssemblySource } from '../machine/v86/emulator.ts';
import { deferred } from '../shared/deferred.ts';

/** Where the engine listens in the guest, as dockerd does. */
const DOCKER_SOCKET = '/var/run/docker.sock';

export interface DrydockOptions {
  readonly guest: GuestFiles;
  readonly blobs: BlobStore;
  readonly fetch: typeof fetch;
  /** The `/v2/` tree that stands for docker.io. */
  readonly defaultRegistry: URL;
  readonly wasm: WebAssemblySource;
  readonly onProgress?: (progress: BootProgress) => void;
  readonly onLog?: (line: string) => void;
}

export interface Drydock {
  readonly machine: Machine;
  readonly engine: Engine;
  close(): Promise<void>;
}

export async function createDrydock(options: DrydockOptions): Promise<Drydock> {
  const log = options.onLog ?? (() => undefined);
  const engineReady = deferred<Engine>();
  const machine = await createMachine({
    guest: options.guest,
    blobs: options.blobs,
    wasm: options.wasm,
    onCli: async (session) => runDocker(session, await engineReady.promise),
    ...(options.onProgress && { onProgress: options.onProgress }),
    onLog: log,
  });
  const engine = await createEngine({
    config: await loadDaemonConfig(machine.runtime.files),
    runtime: machine.runtime,
    blobs: options.blobs,
    fetch: options.fetch,
    defaultRegistry: options.defaultRegistry,
    log,
  });
  engineReady.resolve(engine);

  const closing = new AbortController();
  const socket = serveSocket(machine, engine, closing.signal, log);
  return {
    machine,
    engine,
    async close() {
      closing.abort();
      await engine.close();
      await machine.destroy();
      await socket;
    },
  };
}

async function serveSocket(
  machine: Machine,
  engine: Engine,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  try {
    for await (const connection of machine.runtime.listen(DOCKER_SOCKET, 0o660, signal)) {
      serveHttp1(connection, engine).catch((error: unknown) => {
        log(`A connection to ${DOCKER_SOCKET} ended: ${String(error)}`);
      });
    }
  } catch (error) {
    if (!signal.aborted) log(`Cannot listen on ${DOCKER_SOCKET}: ${String(error)}`);
  }
}
