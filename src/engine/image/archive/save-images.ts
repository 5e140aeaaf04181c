// `docker save`: images as one tar that is an OCI layout and, for older readers, a docker-archive too, as dockerd writes it
// since version 25 (moby: image/tarexport/save.go). Layers are uncompressed, so that a blob's digest is its diffID.
import type { BlobStore, Digest } from '../../../contracts/blob-store.ts';
import { DrydockError } from '../../../contracts/errors.ts';
import { digestOf } from '../../blob/sha256.ts';
import type { EmitEvent } from '../../event/event-log.ts';
import type { LayerLease } from '../../layer/layer-pool.ts';
import { openLayerTar } from '../../layer/layer-tar.ts';
import { MEDIA_TYPES } from '../../registry/manifest.ts';
import { formatPlatform, platformMatches } from '../../registry/platform.ts';
import type { Platform } from '../../registry/platform.ts';
import { canonicalString, familiarName, familiarString } from '../../registry/reference.ts';
import type { Image } from '../image.ts';
import { emitImageEvent } from '../image-events.ts';
import type { ImageStore } from '../image-store.ts';
import { sortedRecord } from './legacy-config.ts';
import { legacyConfigFiles } from './legacy-save.ts';
import { knownParent } from './parent-links.ts';
import type { ParentLink } from './parent-links.ts';
import { savedImages } from './saved-names.ts';
import type { SavedImage } from './saved-names.ts';
import { directoryHeader, endOfArchive, fileHeader, padding } from './tar-blocks.ts';

const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';
const EPOCH_S = 0;

export interface SaveDeps {
  readonly store: ImageStore;
  readonly blobs: BlobStore;
  readonly emit: EmitEvent;
}

/** A file of the archive. */
interface Entry {
  readonly bytes: number;
  readonly modifiedS: number;
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/**
 * @param platform refuses images of any other
 * @returns the archive, made while it is read; what it is made of stays until its end
 * @throws DrydockError `not-found` and others in Docker's words
 */
export async function saveImages(
  deps: SaveDeps,
  names: readonly string[],
  platform?: Platform,
): Promise<ReadableStream<Uint8Array>> {
  const chosen = savedImages(deps.store, names);
  const images = chosen.map(({ id }) => deps.store.get(id));
  for (const image of images) requireSavable(image, platform);
  const leases = images.flatMap(({ layers }) => layers.map((layer) => deps.store.layers.adopt(layer)));
  try {
    const entries = await archiveEntries(deps, chosen, images);
    for (const { id } of images) emitImageEvent(deps, 'save', id, id, id);
    return streamOf(archive(entries), leases);
  } catch (error) {
    await releaseAll(leases);
    throw error;
  }
}

function requireSavable({ config, layers }: Image, platform: Platform | undefined): void {
  if (platform !== undefined && !platformMatches(platform, config)) {
    const wanted = formatPlatform(platform);
    throw new DrydockError('internal', `no suitable export target found for platform ${wanted}`);
  }
  if (layers.length === 0) throw new DrydockError('internal', 'empty export - not implemented');
}

/** By path, in the order in which a walk through a directory finds them. */
async function archiveEntries(
  deps: SaveDeps,
  chosen: readonly SavedImage[],
  images: readonly Image[],
): Promise<ReadonlyMap<string, Entry>> {
  const blobs = new Map<Digest, Entry>();
  const manifests: object[] = [];
  const items: object[] = [];
  const repositories: Record<string, Record<string, string>> = {};
  for (const [index, image] of images.entries()) {
    const references = chosen[index]?.references ?? [];
    const { config, layers } = await imageBlobs(deps, image, blobs);
    const parent = knownParent(linkOf(image), images.map(linkOf));
    const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers };
    const bytes = encoded(manifest);
    const described = { mediaType: MEDIA_TYPES.ociManifest, digest: await digestOf(bytes), size: bytes.length };
    blobs.set(described.digest, entryOf(bytes, EPOCH_S));
    manifests.push(
      ...(references.length === 0
        ? [described]
        : references.map((one) => named(described, one.tag, canonicalString(one)))),
    );
    items.push({
      Config: pathOf(image.id),
      RepoTags: references.length === 0 ? null : references.map(familiarString),
      Layers: layers.map(({ digest }) => pathOf(digest)),
      ...(parent !== undefined && { Parent: parent }),
      // In the order of docker/distribution's descriptor, which is not OCI's.
      LayerSources: sortedRecord(layers.map(({ mediaType, size, digest }) => [digest, { mediaType, size, digest }])),
    });
    for (const reference of references) {
      const own = (repositories[familiarName(reference)] ??= {});
      own[reference.tag ?? ''] = hexOf(layers.at(-1)?.digest ?? image.id);
    }
  }
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests };
  const isNamed = Object.keys(repositories).length > 0;
  return new Map<string, Entry>([
    ...[...blobs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([digest, entry]) => [pathOf(digest), entry] as const),
    ['index.json', entryOf(encoded(index), EPOCH_S)],
    ['manifest.json', entryOf(encoded(items, '\n'), EPOCH_S)],
    ['oci-layout', entryOf(new TextEncoder().encode('{"imageLayoutVersion": "1.0.0"}'), EPOCH_S)],
    ...(isNamed ? ([['repositories', entryOf(encoded(sortedNames(repositories), '\n'), EPOCH_S)]] as const) : []),
  ]);
}

/** Adds config and layers to `blobs`, each once however many images share it. */
async function imageBlobs(
  { store, blobs: source }: SaveDeps,
  image: Image,
  blobs: Map<Digest, Entry>,
): Promise<{ readonly config: Descriptor; readonly layers: readonly Descriptor[] }> {
  const createdMs = Date.parse(image.config.created ?? '');
  const modifiedS = Number.isNaN(createdMs) ? EPOCH_S : Math.floor(createdMs / 1000);
  const rawConfig = await store.rawConfig(image.id);
  blobs.set(image.id, entryOf(rawConfig, modifiedS));
  const chainIds = image.layers.map(({ chainId }) => chainId);
  for (const { digest, bytes } of await legacyConfigFiles(rawConfig, chainIds))
    blobs.set(digest, entryOf(bytes, modifiedS));
  const layers: Descriptor[] = [];
  for (const layer of image.layers) {
    const tar = await openLayerTar(source, layer);
    if (!blobs.has(layer.diffId)) blobs.set(layer.diffId, { ...tar, modifiedS });
    layers.push({ mediaType: LAYER_TYPE, digest: layer.diffId, size: tar.bytes });
  }
  return { config: { mediaType: CONFIG_TYPE, digest: image.id, size: rawConfig.length }, layers };
}

function named(manifest: Descriptor, tag: string | undefined, name: string): object {
  return {
    ...manifest,
    annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag ?? '' },
  };
}

async function* archive(entries: ReadonlyMap<string, Entry>): AsyncGenerator<Uint8Array, void, undefined> {
  yield directoryHeader('blobs', EPOCH_S);
  yield directoryHeader('blobs/sha256', EPOCH_S);
  for (const [path, { bytes, modifiedS, chunks }] of entries) {
    yield fileHeader(path, bytes, modifiedS);
    yield* chunks();
    const rest = padding(bytes);
    if (rest.length > 0) yield rest;
  }
  yield endOfArchive();
}

function streamOf(
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  leases: readonly LayerLease[],
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next();
          if (done !== true) return controller.enqueue(value);
          await releaseAll(leases);
          controller.close();
        } catch (error) {
          await releaseAll(leases);
          throw error;
        }
      },
      async cancel() {
        await pieces.return();
        await releaseAll(leases);
      },
    },
    { highWaterMark: 0 },
  );
}

function entryOf(bytes: Uint8Array, modifiedS: number): Entry {
  return { bytes: bytes.length, modifiedS, chunks: () => [bytes] };
}

function encoded(value: unknown, end = ''): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value) + end);
}

function pathOf(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

function linkOf({ id, parent }: Image): ParentLink {
  return { id, parent };
}

/** As Go writes maps. */
function sortedNames(repositories: Readonly<Record<string, Record<string, string>>>): object {
  return sortedRecord(
    Object.entries(repositories).map(([name, tags]) => [name, sortedRecord(Object.entries(tags))] as const),
  );
}

async function releaseAll(leases: readonly LayerLease[]): Promise<void> {
  await Promise.all(leases.map((lease) => lease.release()));
}
