// `docker push`: an image's layers, its config and a manifest that names them, in this order: what a registry shows is whole
// (moby: distribution/push.go, push_v2.go).
import type { BlobStore, Digest } from '../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { Slots } from '../layer/slots.ts';
import type { Credentials } from '../registry/authorization.ts';
import { MEDIA_TYPES } from '../registry/manifest.ts';
import type { Descriptor } from '../registry/manifest.ts';
import { canonicalString, familiarName, familiarString, withDigest } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';
import { transportTo } from '../registry/registry-reach.ts';
import type { RegistryReach } from '../registry/registry-reach.ts';
import { cancelled } from '../registry/registry-transport.ts';
import { RegistryUpload } from '../registry/upload.ts';
import type { Image } from './image.ts';
import type { ImageStore } from './image-store.ts';
import { step } from './pull-layer.ts';
import { shortId, stepMessage } from './pull-message.ts';
import type { PullStep } from './pull-message.ts';
import { pushLayer } from './push-layer.ts';

const CONFIG_TYPE = 'application/vnd.docker.container.image.v1+json';
const CONCURRENT_UPLOADS = 5;

export interface PusherDeps extends RegistryReach {
  readonly store: ImageStore;
  readonly blobs: BlobStore;
  /** Layers uploaded at once, over all pushes. */
  readonly concurrentUploads?: number;
}

export interface PushRequest {
  /** Without a tag: every tag of the repository. */
  readonly reference: Reference;
  readonly credentials?: Credentials | undefined;
  readonly signal: AbortSignal;
  report(message: object): void;
}

/** To one repository. */
interface Push extends PushRequest {
  readonly upload: RegistryUpload;
  /** Layers that it has, by diffID: several tags share them. */
  readonly known: Map<Digest, Promise<Descriptor>>;
}

export class ImagePusher {
  readonly #deps: PusherDeps;
  readonly #uploads: Slots;

  constructor(deps: PusherDeps) {
    this.#deps = deps;
    this.#uploads = new Slots(deps.concurrentUploads ?? CONCURRENT_UPLOADS);
  }

  /** @throws DrydockError in Docker's words */
  async push(request: PushRequest): Promise<void> {
    const { reference, credentials, signal, report } = request;
    const { store } = this.#deps;
    report({ status: `The push refers to repository [${reference.domain}/${reference.path}]` });
    const named = store.references.named(reference);
    if (named.length === 0) throw unknown(`An image does not exist locally with the tag: ${familiarName(reference)}`);
    const failure = new AbortController();
    const transport = transportTo(this.#deps, reference.domain, credentials);
    const upload = new RegistryUpload(transport, reference.path, AbortSignal.any([signal, failure.signal]));
    const push: Push = { ...request, upload, known: new Map() };
    try {
      for (const tagged of tagsOf(store, reference)) await this.#pushTag(push, tagged);
    } catch (error) {
      failure.abort(error);
      throw signal.aborted ? cancelled(error) : error;
    }
  }

  async #pushTag(push: Push, reference: Reference): Promise<void> {
    const { store } = this.#deps;
    const { upload, report } = push;
    const imageId = store.references.get(reference);
    if (imageId === undefined) throw unknown(`tag does not exist: ${familiarString(reference)}`);
    const image = store.get(imageId);
    const leases = image.layers.map((layer) => store.layers.adopt(layer));
    try {
      const layers = await this.#pushLayers(push, image);
      const config = await this.#pushConfig(push, image);
      const mediaType = MEDIA_TYPES.dockerManifest;
      // Indented as dockerd does: the same image has the same digest.
      const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }, null, 3));
      const tag = reference.tag ?? '';
      const digest = await upload.putManifest(tag, mediaType, bytes);
      report({ status: `${tag}: digest: ${digest} size: ${bytes.length}` });
      await this.#remember(reference, digest, image.id);
      report({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: bytes.length } });
    } finally {
      await Promise.all(leases.map((lease) => lease.release()));
    }
  }

  /** @returns bottom first */
  async #pushLayers(push: Push, { layers }: Image): Promise<Descriptor[]> {
    const { store, blobs } = this.#deps;
    const { reference, upload, signal, report, known } = push;
    const repository = `${reference.domain}/${reference.path}`;
    const reporter = (diffId: Digest) => (progress: PullStep) => report(stepMessage(shortId(diffId), progress));
    const topFirst = layers.toReversed();
    for (const { diffId } of topFirst) reporter(diffId)(step('Preparing'));
    for (const layer of topFirst) {
      const { diffId } = layer;
      if (known.has(diffId)) continue;
      const tell = reporter(diffId);
      const work = async (): Promise<Descriptor> => {
        const origins = await store.origins(diffId);
        const descriptor = await pushLayer({ upload, blobs, layer, repository, origins, report: tell });
        await store.addOrigin({ diffId, digest: descriptor.digest, repository });
        return descriptor;
      };
      const done = this.#uploads.run(work, signal, () => tell(step('Waiting')));
      // The first that fails ends the push; the others are not waited for.
      done.catch(() => undefined);
      known.set(diffId, done);
    }
    return Promise.all(layers.flatMap(({ diffId }) => known.get(diffId) ?? []));
  }

  async #pushConfig({ upload }: Push, { id }: Image): Promise<Descriptor> {
    const bytes = await this.#deps.store.rawConfig(id);
    if ((await upload.stat(id)) === undefined) await upload.send(one(bytes));
    return { mediaType: CONFIG_TYPE, size: bytes.length, digest: id };
  }

  async #remember(reference: Reference, digest: Digest, imageId: Digest): Promise<void> {
    try {
      await this.#deps.store.references.change((names) => names.set(withDigest(reference, digest), imageId));
    } catch (error) {
      if (!isDrydockError(error, 'conflict')) throw error;
    }
  }
}

function tagsOf(store: ImageStore, reference: Reference): Reference[] {
  if (reference.digest !== undefined) throw unknown('cannot push a digest reference');
  if (reference.tag !== undefined) return [reference];
  const tags = store.references.named(reference).flatMap(([own]) => (own.tag === undefined ? [] : [own]));
  if (tags.length > 0) return tags.sort((a, b) => (canonicalString(a) < canonicalString(b) ? -1 : 1));
  throw unknown(`no tags to push for ${familiarName(reference)}`);
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}

/** The daemon does not say whose fault these are. */
function unknown(message: string): DrydockError {
  return new DrydockError('internal', message);
}
