// POST /containers/{id}/start: from a prepared root to a running process, or back to nothing.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { OciSpec } from '../../contracts/oci-runtime.ts';
import type { Task } from '../../contracts/runtime.ts';
import { linkEnvironment } from '../network/links/link-environment.ts';
import { updateParentHosts } from '../network/links/link-hosts.ts';
import { allocateNetworks, isSetupFailure, preparation, releaseNetworks } from '../network/sandbox.ts';
import { emitContainerEvent, emitNetworkEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { joinedContainer } from './joined-containers.ts';
import { joinNetwork } from './join-network.ts';
import { writeNetworkFiles } from './network-files.ts';
import { removeContainer } from './remove.ts';
import { prepareSharedMemory, releaseSharedMemory } from './shared-memory.ts';
import { startDevices } from './start-devices.ts';
import { giveToRoot } from '../daemon/give-to-root.ts';
import { withRunDefaults } from '../daemon/container-defaults.ts';
import { buildSpec } from './spec/build-spec.ts';
import { requirePropagation } from './spec/propagation.ts';
import { startFailure } from './start-error.ts';
import type { StartFailure } from './start-error.ts';
import { handleExit } from './exit.ts';
import { beginHealthChecks } from './health/health-monitor.ts';
import { prepareLog } from './log/make-log.ts';
import { emitMounts, mountVolumes, unmountVolumes } from './volumes.ts';
import { userOf } from './user/container-user.ts';
import { resolveInRoot } from './user/path-in-root.ts';

const UNKNOWN_FAILURE = 128;

/** @throws DrydockError in Docker's words; the container is as before then, or removed with --rm */
export async function startContainer(context: ContainerContext, container: Container): Promise<void> {
  const { state } = container;
  if (state.paused) throw new DrydockError('conflict', 'cannot start a paused container, try unpause instead');
  if (state.running && !state.restarting) throw new DrydockError('not-modified', 'container is already running');
  container.cancelRestart?.();
  container.restartPolicy.reset();
  container.restartCount = 0;
  container.stoppedByUser = false;
  await launch(context, container);
}

/** As `startContainer`, but by the restart policy. */
export async function launch(context: ContainerContext, container: Container): Promise<void> {
  const failure = await container.turns.run(() => attempt(context, container));
  if (failure === undefined) return;
  if (container.hostConfig.AutoRemove) await removeQuietly(context, container);
  throw failure.error;
}

async function attempt(context: ContainerContext, container: Container): Promise<StartFailure | undefined> {
  const { state } = container;
  if (context.lifetime.ended) throw new DrydockError('cancelled', 'the engine is shutting down');
  if (state.removing || state.dead) {
    throw new DrydockError('conflict', 'container is marked for removal and cannot be started');
  }
  if (state.running && !state.restarting) return undefined;
  const task = await prepare(context, container).then(
    (spec) =>
      run(context, container, spec).catch((cause: unknown) => {
        return isSetupFailure(cause) ? preparationFailure(cause) : startFailure(cause, spec.process.args[0] ?? '');
      }),
    preparationFailure,
  );
  if ('error' in task) {
    releaseNetworks(context, container);
    await Promise.all([unmountVolumes(context, container), releaseSharedMemory(context, container)]);
    settleFailure(context, container, task);
    return task;
  }
  container.task = task;
  container.io.start(task);
  state.setRunning(task.pid, context.clock.nowMs());
  beginHealthChecks(context, container);
  context.disk.save(container);
  for (const { endpoint } of container.networks.values()) {
    if (endpoint !== undefined) emitNetworkEvent(context, container.id, endpoint.network, 'connect');
  }
  emitMounts(context, container);
  emitContainerEvent(context, container, 'start');
  followTask(context, container, task);
  return undefined;
}

/** Has the end of the container's process handled. */
export function followTask(context: ContainerContext, container: Container, task: Task): void {
  void task.exited
    .then((exit) => handleExit(context, container, exit, () => launch(context, container)))
    .catch((error: unknown) => context.log(`Cannot finish container ${container.id}: ${String(error)}`));
}

async function prepare(context: ContainerContext, container: Container): Promise<OciSpec> {
  const { config, hostConfig, rootfs } = container;
  if (rootfs === undefined) throw new DrydockError('internal', `Cannot start ${container.id}: it has no root`);
  prepareLog(container);
  joinNetwork(context, container);
  allocateNetworks(context, container);
  const linkedEnv = linkEnvironment(context, container);
  const sharedMemory = await prepareSharedMemory(context, container);
  const [user, networkSysctls, points, devices] = await Promise.all([
    userOf(context.runtime, container, config.User),
    context.hostFacts.networkSysctls(),
    mountVolumes(context, container),
    startDevices(context.runtime, hostConfig),
    makeWorkingDirectory(context, container, rootfs.merged),
    makeSources(context, container),
    requirePropagation(context.runtime.files, container.points),
    // Those of another container's network stack are that one's.
    hostConfig.NetworkMode.startsWith('container:') ? undefined : writeNetworkFiles(context, container),
    updateParentHosts(context, container),
  ]);
  return buildSpec({
    id: container.id,
    config: container.config,
    hostConfig: withRunDefaults(hostConfig, context.daemon),
    rootfs: rootfs.merged,
    user,
    points,
    networkFiles: container.networkFiles,
    linkedEnv,
    networkSysctls,
    ...devices,
    sharedMemory,
    kernelVersion: context.runtime.host.kernelVersion,
    remapped: context.daemon.idMappings !== undefined,
    idMappings: hostConfig.UsernsMode === 'host' ? undefined : context.daemon.idMappings,
    pidOf: (kind, id) => joinedContainer(context.store, kind, id, container.id).state.pid,
  });
}

function run(context: ContainerContext, container: Container, spec: OciSpec): Promise<Task> {
  const { id, bundle, config, hostConfig } = container;
  const [rows = 0, cols = 0] = hostConfig.ConsoleSize ?? [];
  const size = rows > 0 && cols > 0 ? { cols, rows } : {};
  const stdio = { stdin: config.OpenStdin, tty: config.Tty, ...size };
  return context.runtime.run({ id, bundle, spec, stdio, prepare: preparation(context, container) });
}

// Whatever is wrong with the container's own configuration by now is the daemon's failure: Docker answers 500.
function preparationFailure(cause: unknown): StartFailure {
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = isDrydockError(cause, 'not-found', 'conflict', 'forbidden') ? cause.code : 'internal';
  return { exitCode: UNKNOWN_FAILURE, error: new DrydockError(code, message, { cause }) };
}

function settleFailure({ clock, disk }: ContainerContext, container: Container, failure: StartFailure): void {
  const { state } = container;
  container.io.close();
  state.error = failure.error.message;
  if (state.running) state.setStopped(failure.exitCode, clock.nowMs());
  else state.exitCode = failure.exitCode;
  disk.save(container);
}

async function removeQuietly(context: ContainerContext, container: Container): Promise<void> {
  try {
    await removeContainer(context, container, { force: true, volumes: true });
  } catch (error) {
    context.log(`Cannot remove container ${container.id}: ${String(error)}`);
  }
}

// Docker makes a missing working directory, as root.
async function makeWorkingDirectory(context: ContainerContext, container: Container, root: string): Promise<void> {
  const { runtime } = context;
  const { WorkingDir } = container.config;
  if (WorkingDir === '' || WorkingDir === '/') return;
  const { path, stat } = await resolveInRoot(runtime, root, WorkingDir);
  if (stat === undefined) await makeForRoot(context, path);
  else if (stat.kind !== 'directory')
    throw new DrydockError('internal', `Cannot mkdir: ${WorkingDir} is not a directory`);
}

// -v makes a missing source directory.
async function makeSources(context: ContainerContext, { points }: Container): Promise<void> {
  await Promise.all(
    points.map(async (point) => {
      if (point.type !== 'bind' || !point.createSource) return;
      if (await isMissing(context, point.source)) await makeForRoot(context, point.source);
    }),
  );
}

/** A directory and what is missing above it. */
async function makeForRoot(context: ContainerContext, path: string): Promise<void> {
  const { files } = context.runtime;
  if (context.daemon.idMappings === undefined) return files.mkdir(path, 0o755);
  const above = path.slice(0, path.lastIndexOf('/'));
  if (above !== '' && (await isMissing(context, above))) await makeForRoot(context, above);
  await files.mkdir(path, 0o755);
  await giveToRoot(context, path);
}

function isMissing({ runtime }: ContainerContext, path: string): Promise<boolean> {
  return runtime.files.stat(path).then(
    () => false,
    () => true,
  );
}
