// The engine starts where another one was: containers are read from the guest's disk, those that run are taken over, those
// that ended meanwhile are settled, and restart policies are applied, in dockerd's order (moby daemon/daemon.go, restore).
import { loadedAttachments, resumeNetworks } from '../../network/attachment-file.ts';
import type { SavedNetworkSettings } from '../../network/attachment-file.ts';
import { resumeNames } from '../../network/dns/container-names.ts';
import { registerLinks } from '../../network/links/register-links.ts';
import { publish, releaseNetworks } from '../../network/sandbox.ts';
import type { Task, TaskExit } from '../../../contracts/runtime.ts';
import { isDrydockError } from '../../../contracts/errors.ts';
import type { Image } from '../../image/image.ts';
import { layersOf, INIT_LAYER } from '../create.ts';
import type { ContainerContext } from '../container-context.ts';
import { Container, directoryOf } from '../container.ts';
import { beginHealthChecks } from '../health/health-monitor.ts';
import { rejoinNetwork } from '../join-network.ts';
import { makeLog, prepareLog } from '../log/make-log.ts';
import { removeContainer } from '../remove.ts';
import { releaseSharedMemory } from '../shared-memory.ts';
import { followTask, startContainer } from '../start.ts';
import { stopIfRunning } from '../stop.ts';
import { unmountVolumes } from '../volumes.ts';
import { CONFIG_FILE, HOST_CONFIG_FILE, parseContainerFiles, restoreState } from './container-file.ts';
import type { LoadedContainer } from './container-file.ts';

/** What Docker reports of a container of which nothing is known but that it ended. */
const LOST: TaskExit = { exitCode: 255, oomKilled: false };
const ENOENT = 2;
const PATIENCE_MS = 5_000;

export interface RestoreOptions {
  /** Containers that run are left alone (daemon.json's `live-restore`, and always after a session's restore). */
  readonly live: boolean;
  /** @param inUse containers run on and keep the networks as they are */
  readonly bringUpNetworks: (inUse: boolean) => Promise<void>;
}

export async function restoreContainers(context: ContainerContext, options: RestoreOptions): Promise<void> {
  const { live } = options;
  const found = await loadAll(context);
  const containers = found.map(({ container }) => container);
  const runs = new Map<Container, Run>();
  await each(context, containers, 'restore', async (container) => {
    if (container.state.running) runs.set(container, await takeOver(context, container));
  });
  const isInUse = ([{ hostConfig }, { exit }]: [Container, Run]): boolean =>
    exit === undefined && !hostConfig.NetworkMode.startsWith('container:');
  await options.bringUpNetworks(live && [...runs].some(isInUse));
  for (const { container, saved } of found) {
    if (container.state.running) resumeNetworks(context.networks, container, saved);
  }
  const alive = new Set<Container>();
  await each(context, containers, 'restore', async (container) => {
    const run = runs.get(container);
    if (run !== undefined && (await revive(context, container, run, live))) alive.add(container);
  });
  await each(context, containers, 'register the links of', async (container) => registerLinks(context, container));
  const starts = containers.filter(
    ({ state, restartPolicy, stoppedByUser }) =>
      !state.running &&
      state.startedAtMs !== undefined &&
      restartPolicy.startsWithEngine(state.exitCode, stoppedByUser),
  );
  const removals = containers.filter(
    (container) =>
      container.hostConfig.AutoRemove &&
      !starts.includes(container) &&
      !(live && alive.has(container)) &&
      !container.state.removed &&
      !container.state.removing,
  );
  await startAll(context, starts);
  await each(context, removals, 'remove', (container) =>
    removeContainer(context, container, { force: true, volumes: true }),
  );
}

/** Whoever has links comes after those that they lead to; not for ever, since those may wait for it. */
async function startAll(context: ContainerContext, containers: readonly Container[]): Promise<void> {
  const starts = new Map<Container, Promise<void>>();
  const start = async (container: Container): Promise<void> => {
    const children = new Set(context.store.links.childrenOf(container).values());
    const others = [...children].flatMap((child) => starts.get(child) ?? []);
    await new Promise<void>((resolve) => {
      const cancel = context.clock.after(PATIENCE_MS, resolve);
      void Promise.allSettled(others).then(() => {
        cancel();
        resolve();
      });
    });
    await startContainer(context, container);
  };
  await each(context, containers, 'start', (container) => {
    const begun = Promise.resolve().then(() => start(container));
    starts.set(container, begun);
    return begun;
  });
}

interface Found {
  readonly container: Container;
  readonly saved: SavedNetworkSettings;
}

/** Oldest first, with their names. What is damaged is told and left alone. */
async function loadAll(context: ContainerContext): Promise<Found[]> {
  const ids = await context.runtime.files.list(`${context.daemon.dataRoot}/containers`).catch((error: unknown) => {
    if (!isDrydockError(error, 'guest') || error.errno !== ENOENT)
      context.log(`Cannot list containers: ${String(error)}`);
    return [];
  });
  const containers: Found[] = [];
  await each(context, ids, 'load', async (id) => {
    containers.push(await load(context, id));
  });
  containers.sort((a, b) => a.container.createdMs - b.container.createdMs);
  return containers.filter(({ container }) => {
    try {
      context.store.reserveName(container.name, container.id);
      context.store.add(container);
      context.disk.loaded(container);
      return true;
    } catch (error) {
      context.log(`Cannot register the name of container ${container.id}: ${reasonOf(error)}`);
      return false;
    }
  });
}

/** @throws Error saying what is missing or damaged */
async function load(context: ContainerContext, id: string): Promise<Found> {
  const { runtime, clock } = context;
  const directory = directoryOf(context.daemon.dataRoot, id);
  const read = async (name: string): Promise<string> =>
    new TextDecoder().decode(await runtime.files.read(`${directory}/${name}`));
  const [config, hostConfig] = await Promise.all([read(CONFIG_FILE), read(HOST_CONFIG_FILE)]);
  const loaded = parseContainerFiles(id, config, hostConfig);
  const image = imageOf(context, loaded);
  const container = new Container({
    id,
    name: loaded.file.Name.slice(1),
    image,
    config: loaded.config,
    hostConfig: loaded.hostConfig,
    points: loaded.points,
    networks: loadedAttachments(loaded.file.NetworkSettings, loaded.hostConfig.NetworkMode),
    clock,
    directory,
    log: makeLog(context, { id, directory, logConfig: loaded.hostConfig.LogConfig }),
    ...(loaded.file.Created !== undefined && { createdMs: loaded.file.Created }),
  });
  restoreState(container.state, loaded.file);
  container.restartCount = loaded.file.RestartCount;
  container.restartPolicy.reset(loaded.file.RestartCount);
  container.stoppedByUser = loaded.file.HasBeenManuallyStopped;
  container.rootfs = await runtime.reattachRootfs({ id, layers: layersOf(image), init: INIT_LAYER });
  return { container, saved: loaded.file.NetworkSettings };
}

/** Its image may be gone: a container keeps what it was made with. */
function imageOf({ images }: ContainerContext, { file, config }: LoadedContainer): Image {
  try {
    return images.get(file.Image);
  } catch (error) {
    if (!isDrydockError(error, 'not-found')) throw error;
    const diffIds = { type: 'layers', diff_ids: [] } as const;
    return {
      id: file.Image,
      config: { architecture: '386', os: 'linux', config: { Labels: config.Labels }, rootfs: diffIds },
      layers: [],
      sizeBytes: 0,
      repoTags: [],
      repoDigests: [],
    };
  }
}

interface Run {
  readonly task: Task | undefined;
  /** Undefined while it runs. */
  readonly exit: TaskExit | undefined;
}

async function takeOver({ runtime }: ContainerContext, { id, bundle }: Container): Promise<Run> {
  const task = await runtime.reattach({ id, bundle });
  return { task, exit: task === undefined ? LOST : await Promise.race([task.exited, Promise.resolve(undefined)]) };
}

/** Brings what is known of a container together with what it is. @returns whether it runs */
async function revive(
  context: ContainerContext,
  container: Container,
  { task, exit }: Run,
  live: boolean,
): Promise<boolean> {
  const { runtime } = context;
  const { state, id } = container;
  if (task !== undefined) {
    prepareLog(container);
    rejoinNetwork(context, container);
    state.pid = task.pid;
    state.restarting = false;
    container.task = task;
    container.io.start(task);
  }
  if (exit === undefined && task !== undefined) {
    await publish(context, container, { rulesAreThere: context.networks.hasRules }).catch((error: unknown) => {
      context.log(`Cannot publish the ports of container ${id}: ${reasonOf(error)}`);
    });
    await resumeNames(context, container);
    state.paused = (await runtime.cgroup(id, ['cgroup.freeze']))['cgroup.freeze']?.trim() === '1';
    followTask(context, container, task);
    if (!state.paused) beginHealthChecks(context, container);
    if (live) return true;
    await stopIfRunning(context, container, { signal: '', timeoutS: undefined });
    return false;
  }
  await container.io.finish();
  container.task = undefined;
  releaseNetworks(context, container);
  await Promise.all([unmountVolumes(context, container), releaseSharedMemory(context, container)]);
  const ended = exit ?? LOST;
  state.oomKilled = ended.oomKilled;
  state.setStopped(ended.exitCode, ended.endedMs ?? context.clock.nowMs());
  context.disk.save(container);
  await runtime.forget(id);
  return false;
}

/** All at once; whatever fails is told, and only that. */
async function each<Item extends Container | string>(
  context: ContainerContext,
  items: readonly Item[],
  action: string,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  await Promise.all(
    items.map(async (item) => {
      try {
        await work(item);
      } catch (error) {
        context.log(`Cannot ${action} container ${typeof item === 'string' ? item : item.id}: ${reasonOf(error)}`);
      }
    }),
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
