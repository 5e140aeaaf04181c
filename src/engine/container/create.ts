// POST /containers/create: checks the request, fills it from the image, and lays out the container on the guest's disk.
import { DrydockError } from '../../contracts/errors.ts';
import type { InitEntry, RootfsLayer } from '../../contracts/runtime.ts';
import { platformWarnings, requirePlatform } from '../image/check-platform.ts';
import type { Image } from '../image/image.ts';
import { attachmentsOf } from '../network/attachment.ts';
import { registerLinks } from '../network/links/register-links.ts';
import { randomId } from '../random.ts';
import type { Platform } from '../registry/platform.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import { Container, directoryOf } from './container.ts';
import { letRootPass } from '../daemon/give-to-root.ts';
import { withCreateDefaults } from '../daemon/container-defaults.ts';
import type { Config, CreateRequest, HostConfig } from './create-request.ts';
import { hostConfigSchema } from './create-request.ts';
import { makeLog } from './log/make-log.ts';
import { mergeImageConfig } from './merge-image-config.ts';
import { writeNetworkFiles } from './network-files.ts';
import { parseMounts } from './parse-mounts.ts';
import type { MountDraft } from './parse-mounts.ts';
import { parseSecurityOptions } from './spec/security-options.ts';
import { requireStorageOptions } from './storage-options.ts';
import { validateConfig, validateHostConfig } from './validate-config.ts';
import { fillVolumes, removeAnonymousVolumes, resolveMounts } from './volumes.ts';

/** Mount points in the root that must not show in a diff: Docker's init layer. */
export const INIT_LAYER: readonly InitEntry[] = [
  ...['/dev', '/dev/pts', '/dev/shm', '/etc', '/proc', '/sys'].map(directory),
  ...['/.dockerenv', '/dev/console', '/etc/hostname', '/etc/hosts', '/etc/resolv.conf'].map(file),
];

export interface Created {
  readonly container: Container;
  readonly warnings: readonly string[];
}

/**
 * @param name empty for a random one
 * @param platform undefined for whatever the image is made for
 * @throws DrydockError in Docker's words; nothing is left behind then
 */
export async function createContainer(
  context: ContainerContext,
  name: string,
  request: CreateRequest,
  platform?: Platform,
): Promise<Created> {
  const { HostConfig: hostConfigRequest, NetworkingConfig: networkingRequest, ...configRequest } = request;
  const asked = withCreateDefaults(hostConfigRequest ?? hostConfigSchema.parse({}), context.daemon);
  validateConfig(configRequest);
  const checked = validateHostConfig(asked, configRequest, {
    host: context.runtime.host,
    remapped: context.daemon.idMappings !== undefined,
  });
  const hostConfig = completeHostConfig(context, checked.resources);
  const networks = attachmentsOf(context.networks, hostConfig, networkingRequest);
  const drafts = parseMounts(hostConfig, context.daemon.dataRoot);
  await requireSources(context, drafts);
  const image = context.images.get(configRequest.Image);
  if (platform !== undefined) requirePlatform(configRequest.Image, platform, image.config);
  const platformDoubts = platform === undefined ? platformWarnings(image.config) : [];
  const config = mergeImageConfig(configRequest, image.config.config ?? {});
  validateConfig(config);
  parseSecurityOptions(hostConfig.SecurityOpt);
  requireStorageOptions(hostConfig.StorageOpt);

  const id = randomId(context.randomBytes);
  const ownName = context.store.reserveName(name, id);
  const mounts = await resolveMounts(context, id, drafts, config, hostConfig).catch((error: unknown) => {
    context.store.releaseName(ownName);
    throw error;
  });
  const container = new Container({
    id,
    name: ownName,
    image,
    config: { ...config, Hostname: hostnameOf(context, config, hostConfig, id) },
    hostConfig,
    points: mounts.points,
    networks,
    clock: context.clock,
    directory: directoryOf(context.daemon.dataRoot, id),
    log: makeLog(context, { id, directory: directoryOf(context.daemon.dataRoot, id), logConfig: hostConfig.LogConfig }),
  });
  try {
    await layOut(context, container);
    await fillVolumes(context, container, mounts.copies);
    registerLinks(context, container);
  } catch (error) {
    context.store.releaseLinksOf(container);
    context.store.releaseName(ownName);
    await discard(context, container);
    context.volumes.release(id);
    await removeAnonymousVolumes(context, container);
    throw error;
  }
  context.store.add(container);
  context.volumes.release(id);
  context.disk.save(container);
  emitContainerEvent(context, container, 'create');
  return { container, warnings: [...checked.warnings, ...platformDoubts, ...warningsOf(hostConfig)] };
}

/** As the runtime wants them, top first. */
export function layersOf(image: Image): RootfsLayer[] {
  return image.layers.map(({ overlayId, erofs }) => ({ overlayId, image: erofs })).reverse();
}

/** Removes what `layOut` made, and whatever the container wrote. */
export async function discard(context: ContainerContext, container: Container): Promise<void> {
  await Promise.all([container.log.stop(), context.disk.forget(container)]);
  const removals = await Promise.allSettled([
    container.rootfs && context.runtime.removeRootfs(container.id),
    context.runtime.files.remove(container.directory),
  ]);
  for (const removal of removals) if (removal.status === 'rejected') throw removal.reason;
  container.rootfs = undefined;
}

async function layOut(context: ContainerContext, container: Container): Promise<void> {
  const { runtime } = context;
  const layers = layersOf(container.image);
  const results = await Promise.allSettled([
    runtime.prepareRootfs({ id: container.id, layers, init: INIT_LAYER }).then((rootfs) => {
      container.rootfs = rootfs;
    }),
    writeOwnFiles(context, container),
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function writeOwnFiles(context: ContainerContext, container: Container): Promise<void> {
  const { files } = context.runtime;
  await Promise.all([
    files.mkdir(container.directory, 0o710),
    ...(container.logPath === '' ? [] : [files.write(container.logPath, new Uint8Array(0), { mode: 0o640 })]),
    letRootPass(context, container.directory),
    writeNetworkFiles(context, container),
  ]);
}

function completeHostConfig(context: ContainerContext, request: HostConfig): HostConfig {
  const policy = request.RestartPolicy?.Name ? request.RestartPolicy : { Name: 'no', MaximumRetryCount: 0 };
  const log = { Type: request.LogConfig?.Type || 'json-file', Config: request.LogConfig?.Config ?? {} };
  return {
    ...request,
    NetworkMode: byId(context, ['', 'default'].includes(request.NetworkMode) ? 'bridge' : request.NetworkMode),
    PidMode: byId(context, request.PidMode),
    IpcMode: byId(context, request.IpcMode),
    MemorySwap: request.Memory > 0 && request.MemorySwap === 0 ? request.Memory * 2 : request.MemorySwap,
    Runtime: request.Runtime || 'crun',
    RestartPolicy: policy,
    LogConfig: log,
    PidsLimit: (request.PidsLimit ?? 0) > 0 ? request.PidsLimit : null,
    SecurityOpt: [...request.SecurityOpt, ...labelOptions(request)],
  };
}

// What Docker adds where SELinux's labels would stand in the way; inspect shows it, with SELinux or without.
function labelOptions({ SecurityOpt, IpcMode, PidMode, Privileged }: HostConfig): string[] {
  if (SecurityOpt.some((option) => option.split('=', 1)[0] === 'label')) return [];
  return Privileged || IpcMode === 'host' || PidMode === 'host' ? ['label=disable'] : [];
}

// By id, the connection to the other container survives its renaming.
function byId(context: ContainerContext, mode: string): string {
  if (!mode.startsWith('container:')) return mode;
  try {
    return `container:${context.store.get(mode.slice('container:'.length)).id}`;
  } catch {
    return mode;
  }
}

async function requireSources(context: ContainerContext, points: readonly MountDraft[]): Promise<void> {
  await Promise.all(
    points.map(async (point) => {
      if (point.type !== 'bind' || point.createSource) return;
      try {
        await context.runtime.files.stat(point.source);
      } catch (cause) {
        const message = `invalid mount config for type "bind": bind source path does not exist: ${point.source}`;
        throw new DrydockError('invalid-argument', message, { cause });
      }
    }),
  );
}

function hostnameOf(context: ContainerContext, config: Config, { NetworkMode }: HostConfig, id: string): string {
  if (config.Hostname !== '') return config.Hostname;
  return NetworkMode === 'host' ? context.runtime.host.hostname : id.slice(0, 12);
}

function warningsOf({ NetworkMode, PortBindings }: HostConfig): string[] {
  const isDiscarded = NetworkMode === 'host' && Object.keys(PortBindings ?? {}).length > 0;
  return isDiscarded ? ['Published ports are discarded when using host network mode'] : [];
}

function directory(path: string): InitEntry {
  return { path, kind: 'directory', mode: 0o755 };
}

function file(path: string): InitEntry {
  return { path, kind: 'file', mode: 0o755 };
}
