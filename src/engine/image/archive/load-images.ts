// `docker load`: images out of an archive, each whole or not at all (moby: image/tarexport/load.go).
import type { BlobStore, Digest } from '../../../contracts/blob-store.ts';
import { DrydockError } from '../../../contracts/errors.ts';
import { digestOf } from '../../blob/sha256.ts';
import type { EmitEvent } from '../../event/event-log.ts';
import type { LayerLease } from '../../layer/layer-pool.ts';
import type { Platform } from '../../registry/platform.ts';
import { platformMatches } from '../../registry/platform.ts';
import { familiarString, parseReference } from '../../registry/reference.ts';
import type { Reference } from '../../registry/reference.ts';
import type { Image, ImageConfig } from '../image.ts';
import { parseImageConfig } from '../image-config.ts';
import { emitImageEvent } from '../image-events.ts';
import type { ImageStore } from '../image-store.ts';
import { progressOf, shortId, stepMessage } from '../pull-message.ts';
import type { ArchiveContents } from './archive-contents.ts';
import { readArchive } from './archive-contents.ts';
import { archivedImages, missing, smallFile } from './archive-manifest.ts';
import type { ArchivedImage, ArchivedLayer } from './archive-manifest.ts';
import { linkParents } from './parent-links.ts';
import type { ParentLink } from './parent-links.ts';
import { legacyImages } from './legacy-images.ts';
import type { LegacyArchive } from './legacy-images.ts';

export interface LoadDeps {
  readonly store: ImageStore;
  readonly blobs: BlobStore;
  readonly emit: EmitEvent;
  readonly dataRoot: string;
}

export interface LoadRequest {
  readonly archive: AsyncIterable<Uint8Array>;
  /** Of images of other platforms nothing is loaded; undefined loads all of a docker-archive, and of an OCI layout the guest's. */
  readonly platform: Platform | undefined;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
  report(message: object): void;
}

/** @throws DrydockError in Docker's words; images that were whole before the failure stay, as with Docker */
export async function loadImages(deps: LoadDeps, request: LoadRequest): Promise<void> {
  const { archive, signal, platform, report, quiet } = request;
  const progress = new LayerProgress(quiet ? () => undefined : report);
  const contents = await readArchive(archive, {
    layers: deps.store.layers,
    blobs: deps.blobs,
    signal,
    onLayerProgress: (path, bytes, total) => progress.tell(path, bytes, total),
  });
  try {
    // Docker names its temporary files at random, with as many digits as there are.
    const place = `${deps.dataRoot}/tmp/docker-import-${crypto.getRandomValues(new Uint32Array(1))[0] ?? 0}`;
    const said = (text: string): void => report({ stream: `${text}\n` });
    let lastNames = 0;
    const links: ParentLink[] = [];
    const images = await archivedImages(contents, place, platform);
    if (images === undefined) return await loadLegacy(deps, await legacyImages(contents, place), said);
    for (const archived of images) {
      const loaded = await loadOne(deps, contents, archived, place, platform);
      if (loaded === undefined) continue;
      links.push({ id: loaded.id, parent: archived.parent });
      lastNames = archived.names.length;
      for (const name of archived.names) await giveName(deps, loaded, name, said);
      emitImageEvent(deps, 'load', loaded.id, loaded.id, loaded.id);
    }
    await linkParents(deps.store, links);
    if (lastNames === 0) for (const { id } of links) said(`Loaded image ID: ${id}`);
  } finally {
    await contents.release();
  }
}

/** Docker says nothing of what it loads so, but of names that move. */
async function loadLegacy(
  deps: LoadDeps,
  { images, names }: LegacyArchive,
  said: (text: string) => void,
): Promise<void> {
  const { store } = deps;
  for (const { id, config, rawConfig, parent, layers } of images) {
    const leases = layers.map(({ layer }) => store.layers.adopt(layer));
    await store.add({ id, config, rawConfig, leases, ...(parent !== undefined && { parent: parent.id }) });
  }
  for (const { reference, id } of names) await moveName(deps, reference, id, said);
}

/** @returns undefined for an image of another platform */
async function loadOne(
  { store }: LoadDeps,
  contents: ArchiveContents,
  archived: ArchivedImage,
  place: string,
  platform: Platform | undefined,
): Promise<Image | undefined> {
  const rawConfig = smallFile(contents, archived.configPath, place);
  const id = await digestOf(rawConfig);
  if (archived.configDigest !== undefined && archived.configDigest !== id) {
    throw new DrydockError('data-loss', `image config verification failed for digest ${archived.configDigest}`);
  }
  const config = parseImageConfig(rawConfig, id);
  if (config.os !== 'linux') throw new DrydockError('internal', `cannot load ${config.os} image on linux`);
  if (platform !== undefined && !platformMatches(platform, config)) return undefined;
  const leases = await layersOf(store, contents, archived, config, place);
  return store.add({ id, config, rawConfig, leases });
}

async function layersOf(
  store: ImageStore,
  contents: ArchiveContents,
  { layers }: ArchivedImage,
  config: ImageConfig,
  place: string,
): Promise<LayerLease[]> {
  const diffIds = config.rootfs.diff_ids;
  if (layers.length !== diffIds.length) {
    const counts = `expected ${layers.length}, got ${diffIds.length}`;
    throw new DrydockError('data-loss', `invalid manifest, layers length mismatch: ${counts}`);
  }
  const leases: LayerLease[] = [];
  try {
    for (const [index, diffId] of diffIds.entries()) {
      const layer = layers[index];
      const lease = layer === undefined ? undefined : layerOf(store, contents, layer, diffId, index);
      if (lease === undefined) throw missing(place, layer?.path ?? '');
      leases.push(lease);
    }
    return leases;
  } catch (error) {
    await Promise.all(leases.map((lease) => lease.release()));
    throw error;
  }
}

/** From the archive, or what is here already: then the archive need not have it. */
function layerOf(
  store: ImageStore,
  contents: ArchiveContents,
  { path, digest }: ArchivedLayer,
  diffId: Digest,
  index: number,
): LayerLease | undefined {
  const file = contents.get(path);
  if (file?.kind === 'broken') throw file.error;
  if (file?.kind !== 'layer') {
    const known = store.list().some(({ layers }) => layers.some((layer) => layer.diffId === diffId));
    return known ? store.layers.lease(diffId) : undefined;
  }
  const actual = file.lease.layer.diffId;
  if (actual !== diffId) {
    throw new DrydockError('data-loss', `invalid diffID for layer ${index}: expected "${diffId}", got "${actual}"`);
  }
  if (digest !== undefined && digest !== file.digest) {
    throw new DrydockError('data-loss', `filesystem layer verification failed for digest ${digest}`);
  }
  return store.layers.adopt(file.lease.layer);
}

async function giveName(deps: LoadDeps, { id }: Image, name: string, said: (text: string) => void): Promise<void> {
  const reference: Reference = parseReference(name);
  if (reference.tag === undefined || reference.digest !== undefined) {
    throw new DrydockError('data-loss', `invalid tag ${JSON.stringify(name)}`);
  }
  await moveName(deps, reference, id, said);
  said(`Loaded image: ${familiarString(reference)}`);
}

async function moveName(
  { store }: LoadDeps,
  reference: Reference,
  id: Digest,
  said: (text: string) => void,
): Promise<void> {
  const shown = familiarString(reference);
  const before = await store.references.change((names) => {
    const present = names.get(reference);
    names.set(reference, id);
    return present;
  });
  if (before !== undefined && before !== id) {
    said(`The image ${shown} already exists, renaming the old one with ID ${before} to empty string`);
  }
}

/** Layers are known by what the archive calls them until its manifest has come. */
class LayerProgress {
  readonly #report: (message: object) => void;
  readonly #tellers = new Map<string, (bytes: number) => void>();

  constructor(report: (message: object) => void) {
    this.#report = report;
  }

  tell(path: string, bytes: number, total: number): void {
    const [id] = /[0-9a-f]{64}/.exec(path) ?? [];
    if (id === undefined) return;
    const known = this.#tellers.get(path);
    const teller = known ?? progressOf('Loading layer', total, (step) => this.#report(stepMessage(shortId(id), step)));
    this.#tellers.set(path, teller);
    teller(bytes);
  }
}
