// A container and its volumes: found or made when it is created, filled from its image, mounted while it runs, and the
// anonymous ones removed with it.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { runHelper } from '../run-helper.ts';
import { LOCAL_DRIVER } from '../volume/volume.ts';
import type { VolumeStore } from '../volume/volume-store.ts';
import { cleanPath } from './clean-path.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import type { Config, HostConfig } from './create-request.ts';
import type { MountPoint, VolumeMount } from './mount-points.ts';
import { parseVolumesFrom } from './parse-mounts.ts';
import type { MountDraft, VolumeDraft } from './parse-mounts.ts';
import { resolveInRoot } from './user/path-in-root.ts';

export interface ResolvedMounts {
  readonly points: readonly MountPoint[];
  /** Destinations of volumes that take what the image has there. */
  readonly copies: readonly string[];
}

/**
 * @param id of the container that is being made: it holds the volumes until `releaseHolds`
 * @throws DrydockError in Docker's words; nobody holds a volume then, and the anonymous ones are gone
 */
export async function resolveMounts(
  context: ContainerContext,
  id: string,
  drafts: readonly MountDraft[],
  config: Config,
  hostConfig: HostConfig,
): Promise<ResolvedMounts> {
  const points = new Map<string, MountPoint>();
  for (const point of pointsFromOthers(context, hostConfig)) points.set(point.destination, point);
  const copies: string[] = [];
  const resolve = async (draft: MountDraft): Promise<void> => {
    points.set(draft.destination, draft.type === 'volume' ? await resolveVolume(context.volumes, id, draft) : draft);
    if (draft.type === 'volume' && draft.copyData) copies.push(draft.destination);
  };
  try {
    for (const draft of drafts) await resolve(draft);
    for (const path of Object.keys(config.Volumes ?? {})) {
      const destination = cleanPath(path);
      if (!points.has(destination)) await resolve(anonymous(destination, hostConfig.VolumeDriver));
    }
  } catch (error) {
    context.volumes.release(id);
    await removeAnonymous(context, [...points.values()]);
    throw error;
  }
  return { points: [...points.values()], copies };
}

/** What the image has at a volume's place goes into the volume, if that is empty: the guest copies, with owners and modes. */
export async function fillVolumes(
  context: ContainerContext,
  container: Container,
  copies: readonly string[],
): Promise<void> {
  const { runtime, volumes } = context;
  const root = container.rootfs?.merged ?? '';
  for (const point of container.points) {
    if (point.type !== 'volume') continue;
    const { path, stat } = await resolveInRoot(runtime, root, point.destination);
    if (stat !== undefined && stat.kind !== 'directory') {
      if (point.named) continue;
      throw new DrydockError('internal', `cannot mount volume over existing file, file exists ${path}`);
    }
    if (stat === undefined || !copies.includes(point.destination)) continue;
    await volumes.mount(point.name);
    try {
      const target = await sourceOf(context, point);
      const empty = (await runtime.files.list(target)).length === 0;
      if (empty) await runHelper(runtime, ['cp', '-a', `${path}/.`, `${target}/`]);
    } finally {
      await volumes.unmount(point.name, container.id);
    }
  }
}

/** Mounts what has to be mounted. @returns the points with their sources as they are now */
export async function mountVolumes(context: ContainerContext, container: Container): Promise<readonly MountPoint[]> {
  const ready: MountPoint[] = [];
  for (const point of container.points) {
    if (point.type !== 'volume') {
      ready.push(point);
      continue;
    }
    await context.volumes.mount(point.name);
    ready.push({ ...point, source: await sourceOf(context, point) });
  }
  return ready;
}

/** The container has ended, or did not start. */
export async function unmountVolumes({ volumes }: ContainerContext, container: Container): Promise<void> {
  for (const { name } of volumesOf(container)) await volumes.unmount(name, container.id);
}

export function emitMounts({ emit }: ContainerContext, container: Container): void {
  for (const { name, driver, destination, writable } of volumesOf(container)) {
    const attributes = {
      driver,
      container: container.id,
      destination,
      'read/write': String(writable),
      propagation: '',
    };
    emit({ type: 'volume', action: 'mount', id: name, attributes });
  }
}

export function emitUnmounts({ emit }: ContainerContext, container: Container): void {
  for (const { name, driver } of volumesOf(container)) {
    emit({ type: 'volume', action: 'unmount', id: name, attributes: { driver, container: container.id } });
  }
}

/** The container is gone; with it go volumes that nobody named and nobody else uses. Never rejects. */
export function removeAnonymousVolumes(context: ContainerContext, { points }: Container): Promise<void> {
  return removeAnonymous(context, points);
}

async function removeAnonymous(context: ContainerContext, points: readonly MountPoint[]): Promise<void> {
  for (const point of points) {
    if (point.type !== 'volume' || point.named) continue;
    const { name } = point;
    try {
      await context.volumes.remove(name);
    } catch (error) {
      if (!isDrydockError(error, 'conflict', 'not-found'))
        context.log(`Cannot remove volume ${name}: ${String(error)}`);
    }
  }
}

export function volumesOf({ points }: Container): VolumeMount[] {
  return points.filter((point) => point.type === 'volume');
}

function pointsFromOthers({ store }: ContainerContext, { VolumesFrom }: HostConfig): MountPoint[] {
  return VolumesFrom.flatMap((spec) => {
    const { container, writable } = parseVolumesFrom(spec);
    let points: readonly MountPoint[];
    try {
      ({ points } = store.get(container));
    } catch (cause) {
      throw new DrydockError('invalid-argument', cause instanceof Error ? cause.message : String(cause), { cause });
    }
    // What --tmpfs made is no mount point for Docker.
    return points
      .filter((point) => point.type !== 'tmpfs' || point.listed)
      .map((point) => (point.type === 'tmpfs' ? point : { ...point, mode: '', writable: point.writable && writable }));
  });
}

async function resolveVolume(volumes: VolumeStore, holder: string, draft: VolumeDraft): Promise<VolumeMount> {
  const { name, driver, options, labels, destination, mode, writable, subpath } = draft;
  const volume = await volumes.create({ name, driver, options, labels }, holder);
  return {
    type: 'volume',
    name: volume.name,
    driver: LOCAL_DRIVER,
    source: volume.mountpoint,
    destination,
    mode,
    writable,
    named: name !== '',
    ...(subpath !== undefined && { subpath }),
  };
}

function anonymous(destination: string, driver: string): VolumeDraft {
  return {
    type: 'volume',
    name: '',
    driver,
    options: null,
    labels: null,
    destination,
    mode: '',
    writable: true,
    copyData: true,
  };
}

/** A link inside the volume must not lead out of it. */
async function sourceOf({ runtime }: ContainerContext, { source, subpath }: VolumeMount): Promise<string> {
  if (subpath === undefined) return source;
  const { path, stat } = await resolveInRoot(runtime, source, `/${subpath}`);
  if (stat !== undefined) return path;
  throw new DrydockError(
    'not-found',
    `cannot access path ${source}/${subpath}: lstat ${path}: no such file or directory`,
  );
}
