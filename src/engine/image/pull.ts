// `docker pull`: from a reference to an image in the store, telling each step as Docker does. An image appears when all of
// it is here and checked; a pull that fails or is given up leaves nothing.
import type { BlobStore, Digest } from '../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { LayerLease } from '../layer/layer-pool.ts';
import type { UnpackedLayer } from '../layer/unpack.ts';
import type { Credentials } from '../registry/authorization.ts';
import { readImageConfig } from '../registry/checked-bodies.ts';
import { RegistryClient } from '../registry/client.ts';
import type { ImageManifest } from '../registry/manifest.ts';
import { GUEST_PLATFORM, selectManifest } from '../registry/platform.ts';
import { requirePlatform } from './check-platform.ts';
import type { Platform } from '../registry/platform.ts';
import { canonicalString, familiarName, familiarString, withDigest } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { mirrorsOf, transportTo } from '../registry/registry-reach.ts';
import type { RegistryReach } from '../registry/registry-reach.ts';
import { cancelled } from '../registry/registry-transport.ts';
import type { RegistryTransport } from '../registry/registry-transport.ts';
import type { Image } from './image.ts';
import { parseImageConfig } from './image-config.ts';
import type { ImageStore } from './image-store.ts';
import { LayerPuller, step } from './pull-layer.ts';
import type { DownloadLimits } from './pull-layer.ts';
import { shortId, stepMessage } from './pull-message.ts';
import type { PullMessage, PullStep } from './pull-message.ts';
import { failedToRegister } from './failed-to-register.ts';

export interface PullerDeps extends RegistryReach, DownloadLimits {
  readonly store: ImageStore;
  readonly blobs: BlobStore;
  /** Told why another registry is asked. */
  readonly log?: (line: string) => void;
}

export interface PullRequest {
  /** Without tag and digest: every tag of the repository. */
  readonly reference: Reference;
  /** The guest's own when left out. */
  readonly platform?: Platform | undefined;
  readonly credentials?: Credentials | undefined;
  readonly signal: AbortSignal;
  report(message: PullMessage): void;
}

/** One part of a pull: a tag or a digest of its repository. */
interface PartRequest extends PullRequest {
  readonly client: RegistryClient;
}

export class ImagePuller {
  readonly #deps: PullerDeps;
  readonly #layers: LayerPuller;

  constructor(deps: PullerDeps) {
    this.#deps = deps;
    this.#layers = new LayerPuller(deps.store.layers, deps);
  }

  /**
   * @throws DrydockError `not-found`, `unavailable`, `data-loss`, `cancelled`, with Docker's text where it has one
   */
  async pull(request: PullRequest): Promise<void> {
    const { reference, credentials, signal } = request;
    for (const mirror of mirrorsOf(this.#deps, reference.domain, credentials)) {
      try {
        await this.#pullFrom(mirror, request);
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        this.#deps.log?.(
          `Attempting next endpoint for pull after error: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    await this.#pullFrom(transportTo(this.#deps, reference.domain, credentials), request);
  }

  async #pullFrom(registry: RegistryTransport, request: PullRequest): Promise<void> {
    const { reference, signal } = request;
    const client = new RegistryClient(registry);
    try {
      let changed = false;
      for (const part of await partsOf(client, reference, signal)) {
        changed = (await this.#pullPart({ ...request, client, reference: part })) || changed;
      }
      const outcome = changed ? 'Downloaded newer image' : 'Image is up to date';
      request.report({ status: `Status: ${outcome} for ${familiarString(reference)}` });
    } catch (error) {
      throw signal.aborted ? cancelled(error) : inDockersWords(error, reference);
    }
  }

  /** @returns whether the name points at another image than before */
  async #pullPart(request: PartRequest): Promise<boolean> {
    const { client, reference, signal, report } = request;
    const { store } = this.#deps;
    const top = await client.manifest(reference.path, reference.digest ?? reference.tag ?? '', signal);
    const shown = reference.digest === undefined ? reference.tag : canonicalString(reference);
    report({ status: `Pulling from ${reference.path}`, ...(shown !== undefined && { id: shown }) });
    const imageId = await this.#pullImage(request, await this.#imageManifest(request, top.manifest));
    report({ status: `Digest: ${top.digest}` });
    const before = store.references.get(reference);
    const digested = withDigest(reference, top.digest);
    if (before === imageId && store.references.get(digested) === imageId) return false;
    await store.references.change((names) => {
      names.set(digested, imageId);
      names.set(reference, imageId);
    });
    return before !== imageId;
  }

  async #imageManifest(
    request: PartRequest,
    top: Awaited<ReturnType<RegistryClient['manifest']>>['manifest'],
  ): Promise<ImageManifest> {
    if (top.kind === 'image') return top;
    const { client, reference, signal, platform = GUEST_PLATFORM } = request;
    const { manifest } = await client.manifest(reference.path, selectManifest(top, platform).digest, signal);
    if (manifest.kind === 'image') return manifest;
    throw new DrydockError('data-loss', 'unsupported manifest format');
  }

  async #pullImage(request: PartRequest, manifest: ImageManifest): Promise<Digest> {
    const { store } = this.#deps;
    const id = manifest.config.digest;
    if (store.has(id)) return id;
    const rawConfig = await fetchConfig(request, manifest);
    const config = parseImageConfig(rawConfig, id);
    // An index was matched before; a single manifest says only in its config what it is for.
    requirePlatform(familiarString(request.reference), request.platform ?? GUEST_PLATFORM, config);
    if (config.rootfs.diff_ids.length !== manifest.layers.length) {
      throw new DrydockError('data-loss', "layers from manifest don't match image configuration");
    }
    const leases = await this.#pullLayers(request, manifest, config.rootfs.diff_ids);
    const repository = `${request.reference.domain}/${request.reference.path}`;
    const origins = manifest.layers.flatMap(({ digest }, index) => {
      const diffId = config.rootfs.diff_ids[index];
      return diffId === undefined ? [] : [{ diffId, digest, repository }];
    });
    const image: Image = await store.add({ id, config, rawConfig, leases, origins });
    return image.id;
  }

  /** All or none: when one fails, the others stop and what came is let go. */
  async #pullLayers(request: PartRequest, manifest: ImageManifest, diffIds: readonly Digest[]): Promise<LayerLease[]> {
    const { client, reference } = request;
    const pool = this.#deps.store.layers;
    const failure = new AbortController();
    const signal = AbortSignal.any([request.signal, failure.signal]);
    const layers = manifest.layers.flatMap((descriptor, index) => {
      const diffId = diffIds[index];
      const report = (progress: PullStep): void => request.report(stepMessage(shortId(descriptor.digest), progress));
      return diffId === undefined ? [] : [{ descriptor, diffId, report }];
    });
    const missing = layers.filter(({ diffId }) => !pool.has(diffId));
    // What they unpack to is mostly more, and nowhere stated.
    const bytes = missing.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
    await this.#deps.blobs.requireSpace(bytes).catch(failedToRegister);
    for (const { diffId, report } of layers) report(step(pool.has(diffId) ? 'Already exists' : 'Pulling fs layer'));
    const leases: Promise<LayerLease>[] = [];
    for (const { descriptor, diffId, report } of layers) {
      const below = leases.at(-1)?.catch(() => undefined) ?? Promise.resolve();
      const source = (jobSignal: AbortSignal, onStep: (progress: PullStep) => void): Promise<UnpackedLayer> =>
        this.#layers.pull({
          client,
          repository: reference.path,
          descriptor,
          diffId,
          signal: jobSignal,
          below,
          report: onStep,
        });
      const lease = pool.acquire(diffId, source, signal, report);
      lease.catch((error: unknown) => failure.abort(error));
      leases.push(lease);
    }
    const settled = await Promise.allSettled(leases);
    if (!signal.aborted) return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all(
      settled.map(async (result) => (result.status === 'fulfilled' ? result.value.release() : undefined)),
    );
    throw signal.reason;
  }
}

async function partsOf(client: RegistryClient, reference: Reference, signal: AbortSignal): Promise<Reference[]> {
  if (reference.tag !== undefined || reference.digest !== undefined) return [reference];
  const tags = await client.tags(reference.path, signal);
  if (tags !== undefined) return tags.map((tag) => ({ ...reference, tag }));
  const detail = 'requested access to the resource is denied';
  throw new RegistryError({ registryCode: 'DENIED', detail, request: `GET tags of ${reference.path}`, status: 404 });
}

async function fetchConfig({ client, reference, signal }: PartRequest, manifest: ImageManifest): Promise<Uint8Array> {
  const { digest } = manifest.config;
  return readImageConfig(await client.blob(reference.path, digest, signal), digest);
}

/** What the daemon makes of a registry's refusal. */
function inDockersWords(error: unknown, reference: Reference): unknown {
  // With 401 clients take the daemon itself to ask for a password, and ask for it again and again.
  if (isDrydockError(error, 'unauthorized')) return new DrydockError('unavailable', error.message, { cause: error });
  if (!(error instanceof RegistryError)) return error;
  if (error.isOnlyCode) return new DrydockError('internal', error.message, { cause: error });
  const name = familiarName(reference);
  const told = (text: string): DrydockError =>
    new DrydockError('not-found', `${text}: ${error.message}`, { cause: error });
  switch (error.registryCode) {
    case 'DENIED':
      return told(`pull access denied for ${name}, repository does not exist or may require 'docker login'`);
    case 'MANIFEST_UNKNOWN':
      return told(`manifest for ${familiarString(reference)} not found`);
    case 'NAME_UNKNOWN':
      return told(`repository ${name} not found`);
    default:
      return error;
  }
}
