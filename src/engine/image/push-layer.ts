// Brings one layer to a registry, sending its bytes only when nothing else helps: it may be there already, or in another
// repository of the same registry (moby: distribution/push_v2.go).
import type { BlobStore, Digest } from '../../contracts/blob-store.ts';
import { isDrydockError } from '../../contracts/errors.ts';
import { openLayerTar } from '../layer/layer-tar.ts';
import { through } from '../layer/through.ts';
import type { Descriptor } from '../registry/manifest.ts';
import type { RegistryUpload } from '../registry/upload.ts';
import type { LayerOrigin } from './disk/image-disk.ts';
import type { ImageLayer } from './image.ts';
import { progressOf } from './pull-message.ts';
import type { PullStep } from './pull-message.ts';
import { step } from './pull-layer.ts';

export const LAYER_TYPE = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

const SMALL_BYTES = 100 * 1024;
const MIDDLE_BYTES = 10 * 1024 * 1024;

export interface LayerPush {
  readonly upload: RegistryUpload;
  readonly blobs: BlobStore;
  readonly layer: ImageLayer;
  /** Of the target, with its host. */
  readonly repository: string;
  /** Oldest first. */
  readonly origins: readonly LayerOrigin[];
  report(step: PullStep): void;
}

export async function pushLayer(push: LayerPush): Promise<Descriptor> {
  const { upload, repository, report } = push;
  const newest = push.origins.toReversed();
  const checked = new Set<Digest>();
  const present = async (candidates: readonly LayerOrigin[]): Promise<Descriptor | undefined> => {
    for (const { digest } of candidates) {
      if (checked.has(digest)) continue;
      checked.add(digest);
      const bytes = await orUndefined(() => upload.stat(digest));
      if (bytes === undefined) continue;
      report(step('Layer already exists'));
      return { mediaType: LAYER_TYPE, digest, size: bytes };
    }
    return undefined;
  };
  const attempts = attemptsFor(push.layer.sizeBytes);
  const own = newest.filter((origin) => origin.repository === repository);
  return (
    (await present(own.slice(0, 1))) ??
    (await mounted(push, newest, attempts.mounts)) ??
    (await present((attempts.checksOthers ? newest : own).slice(0, attempts.checks))) ??
    (await sent(push))
  );
}

/** The larger the layer, the more is worth trying before it is sent. */
function attemptsFor(bytes: number): { mounts: number; checks: number; checksOthers: boolean } {
  if (bytes > MIDDLE_BYTES) return { mounts: 4, checks: 3, checksOthers: true };
  return bytes > SMALL_BYTES
    ? { mounts: 3, checks: 1, checksOthers: false }
    : { mounts: 1, checks: 1, checksOthers: false };
}

async function mounted(
  { upload, repository, report }: LayerPush,
  newest: readonly LayerOrigin[],
  attempts: number,
): Promise<Descriptor | undefined> {
  const [host = ''] = repository.split('/', 1);
  const candidates = newest.filter((one) => one.repository.startsWith(`${host}/`) && one.repository !== repository);
  for (const { digest, repository: source } of candidates.slice(0, attempts)) {
    const from = source.slice(host.length + 1);
    if ((await orUndefined(() => upload.mount(digest, from))) !== true) continue;
    report(step(`Mounted from ${from}`));
    return { mediaType: LAYER_TYPE, digest, size: (await upload.stat(digest)) ?? 0 };
  }
  return undefined;
}

async function sent({ upload, blobs, layer, report }: LayerPush): Promise<Descriptor> {
  const tar = await openLayerTar(blobs, layer);
  const onProgress = progressOf('Pushing', layer.sizeBytes, report);
  const { digest, bytes } = await upload.send(
    through(new CompressionStream('gzip'), counted(tar.chunks(), onProgress)),
  );
  report(step('Pushed'));
  return { mediaType: LAYER_TYPE, digest, size: bytes };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onProgress: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    onProgress(bytes);
  }
}

/** A shortcut that fails is none; only giving up ends the push. */
async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isDrydockError(error, 'cancelled')) throw error;
    return undefined;
  }
}
