// All images of this engine, found as Docker finds them, and the layers that they share. What outlives a removed image is
// what containers still stand on.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { isDigest } from '../blob/sha256.ts';
import { Mutex } from '../container/mutex.ts';
import type { LayerLease, LayerPool } from '../layer/layer-pool.ts';
import { familiarString, parseReference, withDefaultTag } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';
import { chainIds, overlayIdOf } from './chain-id.ts';
import type { ImageDisk, LayerOrigin } from './disk/image-disk.ts';
import type { LoadedImage, LoadedImages } from './disk/load-images.ts';
import type { Image, ImageConfig, ImageLayer } from './image.ts';
import type { PullStep } from './pull-message.ts';
import { ReferenceStore } from './reference-store.ts';

/** A container made from an image. */
export interface ImageUse {
  readonly containerId: string;
  readonly running: boolean;
}

export interface ImageStoreDeps {
  readonly layers: LayerPool<PullStep>;
  readonly disk: ImageDisk;
  usedBy(imageId: Digest): readonly ImageUse[];
  /** Unmounts a layer that no image has any more (Runtime.removeLayer). */
  releaseLayer(overlayId: string): Promise<void>;
}

export interface NewImage {
  /** Digest of the config as it came. */
  readonly id: Digest;
  readonly config: ImageConfig;
  /** What `id` is the digest of. */
  readonly rawConfig: Uint8Array;
  /** Bottom first; the store owns them from here on. */
  readonly leases: readonly LayerLease[];
  readonly origins?: readonly LayerOrigin[];
  /** The image that it was made of here. */
  readonly parent?: Digest;
}

interface StoredImage {
  readonly id: Digest;
  readonly config: ImageConfig;
  readonly layers: readonly ImageLayer[];
  readonly leases: readonly LayerLease[];
  parent: Digest | undefined;
  lastTaggedMs: number | undefined;
}

export class ImageStore {
  readonly layers: LayerPool<PullStep>;
  readonly references: ReferenceStore;
  readonly #deps: ImageStoreDeps;
  readonly #images = new Map<Digest, StoredImage>();
  /** Removed by force while a stopped container stood on them. */
  readonly #retired = new Set<StoredImage>();
  /** Images come and go one after another: they share layers. */
  readonly #turns = new Mutex();

  constructor(deps: ImageStoreDeps) {
    this.#deps = deps;
    this.layers = deps.layers;
    this.references = new ReferenceStore((names) => deps.disk.writeRepositories(names));
  }

  /** Takes over what an earlier engine left on the disk. Before anything else. */
  async load({ images, retired, names, orphans }: LoadedImages): Promise<void> {
    for (const image of images) this.#images.set(image.id, this.#adopt(image));
    for (const image of retired) this.#retired.add(this.#adopt(image));
    this.references.load(names);
    for (const layer of orphans) {
      await this.#removeLayer(layer);
      await this.layers.adopt(layer).release();
    }
  }

  /**
   * By name (`busybox`, `busybox:latest`, `name@sha256:...`), by ID, or by a prefix of the ID, in this order.
   * @throws DrydockError `not-found` or `invalid-argument` with Docker's text
   */
  get(name: string): Image {
    const stored = this.#find(name);
    if (stored !== undefined) return this.#view(stored);
    const shown = idOf(name) ?? familiarString(withDefaultTag(parseReference(name)));
    throw new DrydockError('not-found', `No such image: ${shown}`);
  }

  has(imageId: Digest): boolean {
    return this.#images.has(imageId);
  }

  /** In the order in which they came. */
  list(): Image[] {
    return [...this.#images.values()].map((stored) => this.#view(stored));
  }

  /** When `tag` last gave the image a name; a pull does not count. */
  lastTaggedMs(imageId: Digest): number | undefined {
    return this.#images.get(imageId)?.lastTaggedMs;
  }

  /** Whether another image was made of it here: it stays as long as that one. */
  hasChildren(imageId: Digest): boolean {
    return [...this.#images.values()].some(({ parent }) => parent === imageId);
  }

  usedBy(imageId: Digest): readonly ImageUse[] {
    return this.#deps.usedBy(imageId);
  }

  /** An image that containers stand on, be it removed by now. */
  ofContainer(imageId: Digest): Image | undefined {
    const stored = this.#images.get(imageId) ?? [...this.#retired].find(({ id }) => id === imageId);
    return stored && this.#view(stored);
  }

  /** The config's bytes as they came: its ID is their digest. @throws DrydockError `guest` */
  rawConfig(imageId: Digest): Promise<Uint8Array> {
    return this.#deps.disk.readConfig(imageId);
  }

  /** Where a layer came from or was sent to, oldest first. */
  origins(diffId: Digest): Promise<LayerOrigin[]> {
    return this.#deps.disk.origins(diffId);
  }

  addOrigin(origin: LayerOrigin): Promise<void> {
    return this.#turns.run(() => this.#deps.disk.writeOrigins([origin]));
  }

  /**
   * Adds an image without a name. An image that is here already stays, and the leases go back.
   * @throws DrydockError `guest` when the disk refuses; nothing of it stays then
   */
  add(image: NewImage): Promise<Image> {
    return this.#turns.run(async () => {
      const present = this.#images.get(image.id);
      if (present !== undefined) {
        await releaseAll(image.leases);
        return this.#view(present);
      }
      const stored = await this.#store(image);
      this.#images.set(image.id, stored);
      return this.#view(stored);
    });
  }

  /** Gives the image another name, taking it from the image that had it. */
  async tag(imageId: Digest, reference: Reference, nowMs: number): Promise<void> {
    const stored = this.#images.get(imageId);
    if (stored === undefined) throw new DrydockError('not-found', `No such image: ${imageId}`);
    await this.references.change((names) => names.set(reference, imageId));
    await this.#deps.disk.writeLastTagged(imageId, nowMs);
    stored.lastTaggedMs = nowMs;
  }

  /** Remembers that the image was made of another one that is here. @throws DrydockError `not-found`, `guest` */
  setParent(imageId: Digest, parent: Digest): Promise<void> {
    return this.#turns.run(async () => {
      const stored = this.#images.get(imageId);
      if (stored === undefined) throw new DrydockError('not-found', `No such image: ${imageId}`);
      await this.#deps.disk.writeParent(imageId, parent);
      stored.parent = parent;
    });
  }

  /**
   * Removes an image that has no names left. Its layers go once nothing stands on them.
   * @returns the chain IDs of the layers that no other image has, top first
   */
  delete(imageId: Digest): Promise<Digest[]> {
    return this.#turns.run(async () => {
      const stored = this.#images.get(imageId);
      if (stored === undefined) return [];
      await this.#deps.disk.retire(imageId);
      this.#images.delete(imageId);
      this.#retired.add(stored);
      const kept = chainIdsOf(this.#images.values());
      const gone = stored.layers.map(({ chainId }) => chainId).filter((chainId) => !kept.has(chainId));
      await this.#releaseUnused();
      return gone.reverse();
    });
  }

  /** Lets go of the layers of removed images that no container uses any more. Call it when containers are removed. */
  releaseUnused(): Promise<void> {
    return this.#retired.size === 0 ? Promise.resolve() : this.#turns.run(() => this.#releaseUnused());
  }

  async #releaseUnused(): Promise<void> {
    for (const stored of [...this.#retired]) {
      if (this.#deps.usedBy(stored.id).length > 0 || !this.#retired.delete(stored)) continue;
      const kept = chainIdsOf([...this.#images.values(), ...this.#retired]);
      try {
        for (const layer of [...stored.layers].reverse()) {
          if (!kept.has(layer.chainId)) await this.#removeLayer(layer);
        }
        await releaseAll(stored.leases);
        if (![...this.#retired].some(({ id }) => id === stored.id)) await this.#deps.disk.removeRetired(stored.id);
      } catch (error) {
        this.#retired.add(stored);
        // A root that is being taken down right now still holds it; the next call finds it free.
        if (!isDrydockError(error, 'conflict')) throw error;
      }
    }
  }

  async #store(image: NewImage): Promise<StoredImage> {
    const { disk } = this.#deps;
    const known = new Map(this.#allLayers().map((layer) => [layer.chainId, layer]));
    const layers = (await imageLayers(image)).map((layer) => known.get(layer.chainId) ?? layer);
    const fresh = layers.flatMap((layer, index) =>
      known.has(layer.chainId) ? [] : [{ layer, below: layers.slice(0, index) }],
    );
    try {
      await disk.writeLayers(fresh);
      await disk.writeOrigins(image.origins ?? []);
      if (image.parent !== undefined) await disk.writeParent(image.id, image.parent);
      await disk.writeConfig(image.id, image.rawConfig);
    } catch (error) {
      await Promise.allSettled(fresh.reverse().map(({ layer }) => this.#removeLayer(layer)));
      await releaseAll(image.leases);
      throw error;
    }
    const { id, config, leases, parent } = image;
    return { id, config, layers, leases, parent, lastTaggedMs: undefined };
  }

  /** @throws DrydockError `conflict` while a root uses it; it stays whole then */
  async #removeLayer({ chainId, overlayId }: ImageLayer): Promise<void> {
    await this.#deps.releaseLayer(overlayId);
    await this.#deps.disk.removeLayer(chainId, overlayId);
  }

  #adopt(image: LoadedImage): StoredImage {
    return { ...image, leases: image.layers.map((layer) => this.layers.adopt(layer)) };
  }

  #allLayers(): ImageLayer[] {
    return [...this.#images.values(), ...this.#retired].flatMap(({ layers }) => layers);
  }

  #find(name: string): StoredImage | undefined {
    const id = idOf(name);
    if (id !== undefined) return this.#images.get(id);
    const named = this.references.get(parseReference(name));
    return named === undefined ? this.#findByPrefix(name) : this.#images.get(named);
  }

  /** @throws DrydockError `not-found` when several match */
  #findByPrefix(name: string): StoredImage | undefined {
    const prefix = name.startsWith('sha256:') ? name : `sha256:${name}`;
    if (!/^sha256:[0-9a-f]+$/.test(prefix)) return undefined;
    const found = [...this.#images.values()].filter(({ id }) => id.startsWith(prefix));
    if (found.length > 1) {
      throw new DrydockError('not-found', `ambiguous reference: "${name}" is the start of ${found.length} image IDs`);
    }
    return found[0];
  }

  #view({ id, config, layers, parent }: StoredImage): Image {
    const references = this.references.of(id);
    const shown = (digests: boolean): string[] =>
      references.filter(({ digest }) => (digest !== undefined) === digests).map(familiarString);
    const sizeBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
    const names = { repoTags: shown(false), repoDigests: shown(true) };
    return { id, config, layers, sizeBytes, ...(parent !== undefined && { parent }), ...names };
  }
}

/** A whole ID, with or without `sha256:`: never a name. */
function idOf(name: string): Digest | undefined {
  const digest = /^[0-9a-f]{64}$/.test(name) ? `sha256:${name}` : name;
  return isDigest(digest) ? digest : undefined;
}

function chainIdsOf(images: Iterable<StoredImage>): Set<Digest> {
  return new Set([...images].flatMap(({ layers }) => layers.map(({ chainId }) => chainId)));
}

async function imageLayers({ leases }: NewImage): Promise<ImageLayer[]> {
  const chain = await chainIds(leases.map(({ layer }) => layer.diffId));
  return leases.map(({ layer }, index) => {
    const chainId = chain[index] ?? layer.diffId;
    return { ...layer, chainId, overlayId: overlayIdOf(chainId) };
  });
}

async function releaseAll(leases: readonly LayerLease[]): Promise<void> {
  await Promise.all(leases.map((lease) => lease.release()));
}
