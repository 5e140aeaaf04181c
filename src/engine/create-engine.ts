// The engine, whole: images and containers on one machine, behind the Engine API's door.
import type { BlobStore } from '../contracts/blob-store.ts';
import type { Runtime } from '../contracts/runtime.ts';
import { assembleEngine, volumeStoreOf } from './assemble-engine.ts';
import type { Engine } from './assemble-engine.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { ContainerStore } from './container/container-store.ts';
import { EventLog } from './event/event-log.ts';
import { DEFAULT_CONFIG } from './daemon/daemon-config.ts';
import type { DaemonConfig } from './daemon/daemon-config.ts';
import { prepareDataRoot, prepareRemappedRoot } from './daemon/data-root.ts';
import { withRemappedRoot } from './daemon/remapped-root.ts';
import { ImageDisk } from './image/disk/image-disk.ts';
import { loadImages } from './image/disk/load-images.ts';
import { ImageStore } from './image/image-store.ts';
import { ImageMaker } from './image/image-maker.ts';
import { imageUsageOf } from './image/list-images.ts';
import { ImagePuller } from './image/pull.ts';
import { ImagePusher } from './image/push.ts';
import { registryRoutes } from './image/registry-routes.ts';
import { imageRoutes } from './image/routes.ts';
import { LayerPool } from './layer/layer-pool.ts';
import type { UnpackLayer } from './layer/unpack.ts';
import { cryptoRandomBytes } from './random.ts';
import type { RandomBytes } from './random.ts';
import type { RegistryReach } from './registry/registry-reach.ts';

export type { Engine } from './assemble-engine.ts';

export interface EngineDeps extends RegistryReach {
  readonly runtime: Runtime;
  readonly blobs: BlobStore;
  /** Unpacks layers somewhere else than on this thread; must store them in `blobs`. */
  readonly unpackLayer?: UnpackLayer | undefined;
  /** From loadDaemonConfig. */
  readonly config?: DaemonConfig;
  readonly clock?: Clock;
  readonly randomBytes?: RandomBytes;
  /** Containers that run are left alone now, whatever daemon.json says: the machine was restored with them. */
  readonly continuesSession?: boolean;
  /** A line for the operator: what went wrong and was survived. */
  readonly log?: (line: string) => void;
}

/** Resolves when what an earlier engine left on the machine's disk is loaded. */
export async function createEngine(deps: EngineDeps): Promise<Engine> {
  const { runtime, blobs, fetch, defaultRegistry, registryAdvice } = deps;
  const clock = deps.clock ?? systemClock();
  const randomBytes = deps.randomBytes ?? cryptoRandomBytes;
  const events = new EventLog(clock);
  const containers = new ContainerStore(randomBytes);
  const log = deps.log ?? (() => undefined);
  const asked = deps.config ?? DEFAULT_CONFIG;
  const config = await withRemappedRoot(runtime.files, asked, log);
  const { insecureRegistries, registryMirrors } = config;
  const reach: RegistryReach = { fetch, defaultRegistry, registryAdvice, insecureRegistries, registryMirrors };
  for (const option of config.withoutEffect) log(`daemon.json: ${option} has no effect in this engine`);
  const disk = new ImageDisk(runtime.files, config.dataRoot);
  const store = new ImageStore({
    layers: new LayerPool(blobs, deps.unpackLayer),
    disk,
    usedBy: (imageId) => containers.usersOf(imageId),
    releaseLayer: (overlayId) => runtime.removeLayer(overlayId),
  });
  await prepareDataRoot(runtime, asked.dataRoot, log);
  if (config.idMappings !== undefined) await prepareRemappedRoot(runtime, config, asked.dataRoot);
  await runtime.useRootsIn(disk.paths.overlay2, config.idMappings);
  await store.load(await loadImages({ files: runtime.files, paths: disk.paths, blobs, log }));
  const volumes = volumeStoreOf({ runtime, clock, randomBytes, log, containers, events, config });
  await volumes.load();
  const puller = new ImagePuller({
    blobs,
    store,
    log,
    ...reach,
    concurrentDownloads: config.maxConcurrentDownloads,
    downloadAttempts: config.maxDownloadAttempts,
  });
  const nowMs = (): number => clock.nowMs();
  const maker = new ImageMaker({ store, blobs, emit: events.emit, nowMs });
  return assembleEngine({
    runtime,
    containers,
    images: store,
    imageCount: () => store.list().length,
    imageUsage: () => imageUsageOf(store),
    otherRoutes: [
      registryRoutes({
        store,
        pusher: new ImagePusher({ blobs, store, ...reach, concurrentUploads: config.maxConcurrentUploads }),
        reach,
        emit: events.emit,
      }),
    ],
    imageRoutes: imageRoutes({
      store,
      blobs,
      dataRoot: config.dataRoot,
      overlay2: disk.paths.overlay2,
      puller,
      maker,
      fetch,
      emit: events.emit,
      nowMs,
    }),
    imageMaker: maker,
    onContainerRemoved: () => store.releaseUnused(),
    events,
    clock,
    randomBytes,
    log,
    config,
    volumes,
    liveRestore: config.liveRestore,
    continuesSession: deps.continuesSession ?? false,
  });
}
