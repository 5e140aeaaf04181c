// The engine without its images: create-engine.ts adds the real ones, tests add what they need.
import type { Hono } from 'hono';
import type { EngineDoor } from '../contracts/engine-api.ts';
import type { Runtime } from '../contracts/runtime.ts';
import { createApp } from './api/app.ts';
import { commitRoutes } from './api/commit-routes.ts';
import { createDoor } from './api/engine-door.ts';
import type { Services } from './api/services.ts';
import type { Clock } from './clock.ts';
import type { ContainerContext, ImageSource } from './container/container-context.ts';
import type { ContainerStore } from './container/container-store.ts';
import { endAllContainers } from './container/end-all.ts';
import { leaveContainers, settleContainers, stopAllContainers } from './container/leave.ts';
import { ContainerDisk } from './container/persist/container-disk.ts';
import { restoreContainers } from './container/persist/restore.ts';
import { Lifetime } from './lifetime.ts';
import { HostFacts } from './container/host-facts.ts';
import { readSample } from './container/stats/read-sample.ts';
import { StatsCollector } from './container/stats/stats-collector.ts';
import { DEFAULT_CONFIG } from './daemon/daemon-config.ts';
import type { DaemonConfig } from './daemon/daemon-config.ts';
import { Networks } from './network/network-store.ts';
import type { EventLog } from './event/event-log.ts';
import type { RandomBytes } from './random.ts';
import { randomId } from './random.ts';
import type { ImageMaker } from './image/image-maker.ts';
import type { ImageUsage } from './system/disk-usage.ts';
import { loadIdentity, uuidOf } from './system/identity.ts';
import { VolumeStore } from './volume/volume-store.ts';

export interface AssembleDeps {
  readonly runtime: Runtime;
  readonly images: ImageSource;
  readonly imageCount: () => number;
  /** No images at all when left out. */
  readonly imageUsage?: () => ImageUsage;
  readonly imageRoutes: Hono;
  /** What images need besides. */
  readonly otherRoutes?: readonly Hono[];
  /** No commits when left out. */
  readonly imageMaker?: ImageMaker;
  readonly containers: ContainerStore;
  /** A layer may be free now. */
  readonly onContainerRemoved: () => Promise<void>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: (line: string) => void;
  readonly config?: DaemonConfig;
  /** Loaded; an empty one when left out. */
  readonly volumes?: VolumeStore;
  /** Containers that run go on while there is no engine (daemon.json's `live-restore`). */
  readonly liveRestore?: boolean;
  /** Containers that run are left alone now, whatever `liveRestore` says: the machine was restored with them. */
  readonly continuesSession?: boolean;
}

export interface Engine extends EngineDoor {
  /** Settles when what an earlier engine left on the machine was taken over; requests wait for it. Never rejects. */
  readonly ready: Promise<void>;
  /** Puts away on the machine what is only known here: the machine is about to be saved. */
  settle(): Promise<void>;
  /** dockerd's clean end: stops containers, unless `liveRestore` is on. All is on the disk for another engine then. */
  stop(): Promise<void>;
  /** As when dockerd is killed: containers go on, and another engine takes them over. */
  leave(): Promise<void>;
  /** Ends every container and every stream; nothing of them stays on the machine. */
  close(): Promise<void>;
}

export function assembleEngine(deps: AssembleDeps): Engine {
  const { runtime, images, events, clock, randomBytes, log } = deps;
  const config = deps.config ?? DEFAULT_CONFIG;
  const volumes = deps.volumes ?? volumeStoreOf(deps);
  const containers: ContainerContext = {
    runtime,
    daemon: config,
    volumes,
    images,
    store: deps.containers,
    disk: new ContainerDisk(runtime.files, log),
    lifetime: new Lifetime(),
    onRemoved: deps.onContainerRemoved,
    execs: new Map(),
    stats: new StatsCollector(clock, (container) => readSample({ runtime, clock }, container)),
    hostFacts: new HostFacts(runtime.files),
    networks: new Networks({ runtime, daemon: config, clock, randomBytes, emit: events.emit, log }),
    emit: events.emit,
    clock,
    randomBytes,
    log,
  };
  let engineId = uuidOf(randomId(randomBytes));
  const services: Services = {
    containers,
    events,
    networks: containers.networks,
    get engineId() {
      return engineId;
    },
    imageCount: deps.imageCount,
    imageUsage: deps.imageUsage ?? (() => ({ layersBytes: 0, images: [] })),
  };
  const door = createDoor(
    createApp(services, [
      deps.imageRoutes,
      ...(deps.otherRoutes ?? []),
      ...(deps.imageMaker === undefined ? [] : [commitRoutes(services, deps.imageMaker)]),
    ]),
    services,
  );
  const { liveRestore = false, continuesSession = false } = deps;
  // What waits (`docker wait`, `logs -f`, `events`) ends with the engine.
  const whileAlive = (request: Request): Request =>
    new Request(request, { signal: AbortSignal.any([request.signal, containers.lifetime.signal]) });
  const identity = loadIdentity({
    files: runtime.files,
    dataRoot: config.dataRoot,
    newId: engineId,
    log,
  });
  const bringUpNetworks = async (inUse: boolean): Promise<void> => {
    if (inUse && !continuesSession)
      log('there are running containers, updated network configuration will not take affect');
    await containers.networks.load({ keeps: inUse || continuesSession });
    await containers.networks.bringUp(continuesSession);
  };
  const ready = identity
    .then((id) => {
      engineId = id;
    })
    .then(() => restoreContainers(containers, { live: liveRestore || continuesSession, bringUpNetworks }))
    .catch((error: unknown) => log(`Cannot restore containers: ${String(error)}`));
  return {
    ready,
    async fetch(request) {
      await ready;
      return door.fetch(whileAlive(request));
    },
    async upgrade(request) {
      await ready;
      return door.upgrade(whileAlive(request));
    },
    async settle() {
      await ready;
      await settleContainers(containers);
    },
    async stop() {
      await ready;
      await stopAllContainers(containers, liveRestore);
    },
    async leave() {
      await ready;
      await leaveContainers(containers);
    },
    async close() {
      await ready;
      await endAllContainers(containers);
    },
  };
}

export function volumeStoreOf(
  deps: Omit<AssembleDeps, 'images' | 'imageCount' | 'imageRoutes' | 'onContainerRemoved'>,
): VolumeStore {
  const { runtime, clock, randomBytes, log, containers, events } = deps;
  return new VolumeStore({
    runtime,
    daemon: deps.config ?? DEFAULT_CONFIG,
    emit: events.emit,
    clock,
    randomBytes,
    log,
    usersOf: (name) => containers.usersOfVolume(name),
  });
}
