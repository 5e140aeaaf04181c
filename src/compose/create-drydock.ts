// Puts machine, engine and CLI together, once for both composition roots: the browser's worker and Node.
import type { BlobStore } from '../contracts/blob-store.ts';
import type { CliSession } from '../contracts/cli-session.ts';
import type { EngineDoor } from '../contracts/engine-api.ts';
import type { BootProgress, GuestFiles, Machine } from '../contracts/machine.ts';
import { runDocker } from '../cli/run-docker.ts';
import { createEngine } from '../engine/create-engine.ts';
import type { UnpackLayer } from '../engine/layer/unpack.ts';
import { loadDaemonConfig } from '../engine/daemon/daemon-config.ts';
import { clientRegistries } from '../engine/registry/client-registries.ts';
import type { RegistryReach } from '../engine/registry/registry-reach.ts';
import { createMachine } from '../machine/create-machine.ts';
import { deferred } from '../shared/deferred.ts';
import { Dockerd } from './dockerd.ts';
import { EngineHost } from './engine-host.ts';

export interface DrydockOptions extends RegistryReach {
  readonly guest: GuestFiles;
  readonly blobs: BlobStore;
  /** On this thread when left out. */
  readonly unpackLayer?: UnpackLayer | undefined;
  /** v86.wasm, maybe on its way. */
  readonly wasm: Promise<WebAssembly.Module>;
  /** How much of the guest's code is compiled at once; for hosts whose compiler is slow with large functions. */
  readonly pagesPerModule?: number;
  readonly onProgress?: (progress: BootProgress) => void;
  /** Called as soon as the machine runs: a shell opens while the engine is still on its way, and a `docker` in it waits. */
  readonly onMachine?: (machine: Machine) => void;
  readonly onLog?: (line: string) => void;
  /** A saved session in place of the built guest: containers that ran when it was saved go on. */
  readonly session?: Uint8Array<ArrayBuffer>;
}

export interface Drydock {
  readonly machine: Machine;
  /** Closed while there is no engine: `service docker stop` in the guest. */
  readonly engine: EngineDoor;
  /** Stops the engine, kills it, starts it again, over the machine that goes on. */
  readonly engineHost: EngineHost;
  /** The machine with everything in it, for `session`. It goes on. */
  saveSession(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export async function createDrydock(options: DrydockOptions): Promise<Drydock> {
  const listeners = new Set<(line: string) => void>();
  const log = (line: string): void => {
    options.onLog?.(line);
    for (const listener of listeners) listener(line);
  };
  const { fetch, defaultRegistry, registryAdvice } = options;
  const reach: RegistryReach = { fetch, defaultRegistry, registryAdvice };
  const programs = deferred<Programs>();
  const machine = await createMachine({
    guest: options.guest,
    blobs: options.blobs,
    wasm: options.wasm,
    ...(options.pagesPerModule !== undefined && { pagesPerModule: options.pagesPerModule }),
    onCli: async (session, program) => {
      const { docker, dockerd } = await programs.promise;
      return program === 'dockerd' ? dockerd(session) : docker(session);
    },
    ...(options.onProgress && { onProgress: options.onProgress }),
    ...(options.session && { snapshot: options.session }),
    onLog: options.onLog ?? (() => undefined),
  });
  options.onMachine?.(machine);
  const { runtime } = machine;
  let restoring = options.session !== undefined;
  const host = new EngineHost({
    machine,
    log,
    async createEngine() {
      // A session goes on where it was, whatever dockerd would do after a restart.
      const continuesSession = restoring;
      restoring = false;
      return createEngine({
        config: await loadDaemonConfig(runtime.files),
        runtime,
        blobs: options.blobs,
        ...reach,
        unpackLayer: options.unpackLayer,
        log,
        continuesSession,
      });
    },
    onStarted: () => {
      dockerd.stand(runtime).catch((error: unknown) => log(`Cannot start dockerd in the guest: ${String(error)}`));
    },
  });
  const dockerd = new Dockerd({
    host,
    files: runtime.files,
    onLog: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const registries = clientRegistries(reach);
  programs.resolve({
    docker: (session) => runDocker(session, host.door, registries),
    dockerd: (session) => dockerd.run(session),
  });
  // A daemon.json that dockerd refuses: the shell is there to repair it.
  await host.start().catch((error: unknown) => log(`Cannot start the engine: ${String(error)}`));
  return {
    machine,
    engine: host.door,
    engineHost: host,
    async saveSession() {
      const session = await dockerd.whileChannelsClose(() => machine.snapshot(() => host.settle()));
      if (host.isRunning) await dockerd.stand(runtime);
      return session;
    },
    async close() {
      await dockerd.whileChannelsClose(async () => {
        await host.close();
        await machine.destroy();
      });
    },
  };
}

type Program = (session: CliSession) => Promise<number>;

/** What the guest's stub is, by the name it was called with. */
interface Programs {
  readonly docker: Program;
  readonly dockerd: Program;
}
