// Reads what image-disk.ts wrote, when an engine starts: two rounds of requests to the guest, however many images there are.
// What is damaged is told and left out, with what needs it; nothing else suffers.
import { z } from 'zod';
import type { BlobStore, Digest } from '../../../contracts/blob-store.ts';
import { isDrydockError } from '../../../contracts/errors.ts';
import type { HostFiles } from '../../../contracts/runtime.ts';
import { digestOf, isDigest } from '../../blob/sha256.ts';
import { parseReference } from '../../registry/reference.ts';
import type { Reference } from '../../registry/reference.ts';
import { chainIds } from '../chain-id.ts';
import type { ImageConfig, ImageLayer } from '../image.ts';
import { parseImageConfig } from '../image-config.ts';
import { hexOf } from './image-paths.ts';
import type { ImagePaths } from './image-paths.ts';

const ENOENT = 2;
const LAYER_FILES = ['diff', 'size', 'cache-id', 'parent', 'erofs', 'tar-recipe'] as const;

export interface LoadedImage {
  readonly id: Digest;
  readonly config: ImageConfig;
  readonly layers: readonly ImageLayer[];
  readonly parent: Digest | undefined;
  readonly lastTaggedMs: number | undefined;
}

export interface LoadedImages {
  readonly images: readonly LoadedImage[];
  /** Removed, but containers stood on them. */
  readonly retired: readonly LoadedImage[];
  readonly names: readonly (readonly [reference: Reference, imageId: Digest])[];
  /** Whole layers that nothing needs: a crash came before their image, or after it was removed. Top first. */
  readonly orphans: readonly ImageLayer[];
}

export interface LoadDeps {
  readonly files: HostFiles;
  readonly paths: ImagePaths;
  readonly blobs: Pick<BlobStore, 'size'>;
  readonly log: (line: string) => void;
}

const repositories = z.object({ Repositories: z.record(z.string(), z.record(z.string(), z.string())) });

export async function loadImages(deps: LoadDeps): Promise<LoadedImages> {
  const { files, paths } = deps;
  const [ids, retiredIds, chains, unfinished, tagged, names] = await Promise.all([
    list(files, paths.configs),
    list(files, paths.retired),
    list(files, paths.layers),
    list(files, paths.newLayers),
    list(files, paths.metadata),
    readText(files, paths.repositories),
  ]);
  const [layers, images, retired] = await Promise.all([
    loadLayers(deps, chains),
    Promise.all(ids.map((hex) => readImage(deps, paths.configs, hex, tagged.includes(hex)))),
    Promise.all(retiredIds.map((hex) => readImage(deps, paths.retired, hex, false))),
    Promise.all(unfinished.map((name) => files.remove(`${paths.newLayers}/${name}`))),
  ]);
  const complete = (found: readonly (StoredConfig | undefined)[]): Promise<LoadedImage[]> =>
    Promise.all(found.map((image) => withLayers(deps, layers, image))).then((all) => all.flat());
  const whole = await complete(images);
  // One of which layers went already was on its way out.
  const leaving = await complete(retired);
  const stay = new Set(leaving.map(({ id }) => hexOf(id)));
  const leftovers = retiredIds.filter((hex) => !stay.has(hex));
  await Promise.all(leftovers.map((hex) => files.remove(`${paths.retired}/${hex}`)));
  const used = new Set([...whole, ...leaving].flatMap((image) => image.layers.map(({ chainId }) => chainId)));
  const damaged = whole.length < ids.length;
  return {
    images: whole,
    retired: leaving,
    names: namesOf(deps, names, new Set(whole.map(({ id }) => id))),
    // With a damaged image nobody knows what it needed.
    orphans: damaged ? [] : [...layers.values()].filter(({ chainId }) => !used.has(chainId)),
  };
}

interface StoredConfig {
  readonly id: Digest;
  readonly config: ImageConfig;
  readonly parent: Digest | undefined;
  readonly lastTaggedMs: number | undefined;
}

async function readImage(
  { files, paths, log }: LoadDeps,
  directory: string,
  hex: string,
  tagged: boolean,
): Promise<StoredConfig | undefined> {
  const path = `${directory}/${hex}`;
  if (hex.endsWith('.tmp')) {
    await files.remove(path);
    return undefined;
  }
  try {
    const [bytes, last, parent = ''] = await Promise.all([
      files.read(path),
      tagged ? readText(files, `${paths.metadata}/${hex}/lastUpdated`) : undefined,
      tagged ? readText(files, `${paths.metadata}/${hex}/parent`) : undefined,
    ]);
    const id: Digest = `sha256:${hex}`;
    const actual = await digestOf(bytes);
    if (actual !== id) throw new Error(`its digest is ${actual}`);
    const lastMs = Date.parse(last ?? '');
    return {
      id,
      config: parseImageConfig(bytes, id),
      parent: isDigest(parent) ? parent : undefined,
      lastTaggedMs: Number.isNaN(lastMs) ? undefined : lastMs,
    };
  } catch (error) {
    log(`Cannot load image ${path}: ${reasonOf(error)}`);
    return undefined;
  }
}

async function withLayers(
  { log }: LoadDeps,
  layers: ReadonlyMap<Digest, ImageLayer>,
  image: StoredConfig | undefined,
): Promise<LoadedImage[]> {
  if (image === undefined) return [];
  const chain = await chainIds(image.config.rootfs.diff_ids);
  const own = chain.map((chainId) => layers.get(chainId));
  const missing = chain.find((_, index) => own[index] === undefined);
  if (missing === undefined) return [{ ...image, layers: own.filter((layer) => layer !== undefined) }];
  log(`Cannot load image ${image.id}: its layer ${missing} is not whole`);
  return [];
}

async function loadLayers(deps: LoadDeps, chains: readonly string[]): Promise<Map<Digest, ImageLayer>> {
  const found = await Promise.all(chains.map((hex) => loadLayer(deps, hex)));
  return new Map(found.flatMap((layer) => (layer === undefined ? [] : [[layer.chainId, layer] as const])));
}

async function loadLayer({ files, paths, blobs, log }: LoadDeps, hex: string): Promise<ImageLayer | undefined> {
  const chainId: Digest = `sha256:${hex}`;
  try {
    const texts = await Promise.all(LAYER_FILES.map((name) => readText(files, `${paths.layers}/${hex}/${name}`)));
    const [diffId = '', size = '', overlayId = '', parent, erofs = '', recipe = ''] = texts;
    if (!isDigest(diffId) || !isDigest(erofs) || !isDigest(recipe)) throw new Error('a digest is malformed');
    if (!/^\d+$/.test(size) || !/^[0-9a-f]{64}$/.test(overlayId)) throw new Error('its size or cache-id is malformed');
    const chain = parent === undefined ? diffId : await digestOf(new TextEncoder().encode(`${parent} ${diffId}`));
    if (chain !== chainId) throw new Error(`its chain ID is ${chain}`);
    for (const blob of [erofs, recipe]) {
      if ((await blobs.size(blob)) === undefined) throw new Error(`its blob ${blob} is gone`);
    }
    return { diffId, chainId, overlayId, erofs, recipe, sizeBytes: Number(size) };
  } catch (error) {
    log(`Cannot load layer ${chainId}: ${reasonOf(error)}`);
    return undefined;
  }
}

function namesOf(
  { paths, log }: LoadDeps,
  text: string | undefined,
  ids: ReadonlySet<Digest>,
): [reference: Reference, imageId: Digest][] {
  if (text === undefined) return [];
  try {
    const { Repositories } = repositories.parse(JSON.parse(text));
    return Object.values(Repositories).flatMap((own) =>
      Object.entries(own).flatMap(([name, id]): [Reference, Digest][] => {
        if (!isDigest(id) || !ids.has(id)) {
          log(`Cannot load the name ${name}: its image ${id} is not here`);
          return [];
        }
        return [[parseReference(name), id]];
      }),
    );
  } catch (error) {
    log(`Cannot load ${paths.repositories}: ${reasonOf(error)}`);
    return [];
  }
}

async function list(files: HostFiles, path: string): Promise<string[]> {
  try {
    return await files.list(path);
  } catch (error) {
    if (isDrydockError(error, 'guest') && error.errno === ENOENT) return [];
    throw error;
  }
}

async function readText(files: HostFiles, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(path));
  } catch (error) {
    if (isDrydockError(error, 'guest') && error.errno === ENOENT) return undefined;
    throw error;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
