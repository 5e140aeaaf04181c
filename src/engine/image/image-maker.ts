// Images that are made here, of a tar that somebody streams: a container's changes (commit), a whole root (import).
import type { BlobStore, Digest } from '../../contracts/blob-store.ts';
import { digestOf } from '../blob/sha256.ts';
import type { EmitEvent } from '../event/event-log.ts';
import type { UnpackedLayer } from '../layer/unpack.ts';
import type { Reference } from '../registry/reference.ts';
import { familiarString } from '../registry/reference.ts';
import type { Image } from './image.ts';
import { parseImageConfig } from './image-config.ts';
import { emitImageEvent } from './image-events.ts';
import type { ImageStore } from './image-store.ts';

/** Digest of a tar without entries: a commit of a container that changed nothing adds no layer. */
export const EMPTY_LAYER: Digest = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

export interface ImageMakerDeps {
  readonly store: ImageStore;
  readonly blobs: BlobStore;
  readonly emit: EmitEvent;
  nowMs(): number;
}

export interface MadeImage {
  /** Compressed or not; ends early when `signal` aborts. */
  readonly tar: AsyncIterable<Uint8Array>;
  /** What it stands on; undefined for a root of its own. */
  readonly base: Image | undefined;
  readonly signal: AbortSignal;
  /** The config's members, sorted by name as dockerd writes them. @param diffIds with the new layer, bottom first */
  describe(diffIds: readonly Digest[], isEmpty: boolean): object;
}

export class ImageMaker {
  readonly #deps: ImageMakerDeps;

  constructor(deps: ImageMakerDeps) {
    this.#deps = deps;
  }

  get nowMs(): number {
    return this.#deps.nowMs();
  }

  /** @throws DrydockError `data-loss` for a tar that is none; nothing is stored then */
  async make({ tar, base, signal, describe }: MadeImage): Promise<Image> {
    const { store } = this.#deps;
    const top = await store.layers.add(() => store.layers.unpack({ chunks: tar, signal }));
    const isEmpty = base !== undefined && top.layer.diffId === EMPTY_LAYER;
    const below: readonly UnpackedLayer[] = base?.layers ?? [];
    const leases = below.map((layer) => store.layers.adopt(layer));
    if (isEmpty) await top.release();
    else leases.push(top);
    const diffIds = leases.map(({ layer }) => layer.diffId);
    const rawConfig = new TextEncoder().encode(JSON.stringify(describe(diffIds, isEmpty)));
    const id = await digestOf(rawConfig);
    // A base that was removed by force while a container stood on it is nobody's parent.
    const parent = base !== undefined && store.has(base.id) ? { parent: base.id } : {};
    return store.add({ id, config: parseImageConfig(rawConfig, id), rawConfig, leases, ...parent });
  }

  async tag(image: Image, reference: Reference): Promise<void> {
    const { store, nowMs } = this.#deps;
    await store.tag(image.id, reference, nowMs());
    emitImageEvent(this.#deps, 'tag', image.id, familiarString(reference), image.id);
  }

  emitImage(action: string, { id }: Image): void {
    emitImageEvent(this.#deps, action, id, id, id);
  }
}
