// Copies one image for the guest's platform from a registry into the tree of plain files: the bytes of manifests stay as they
// are, so that the image has the same digest here and there.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { digestOf } from '../../engine/blob/sha256.ts';
import { parseImageConfig } from '../../engine/image/image-config.ts';
import type { Credentials } from '../../engine/registry/authorization.ts';
import { RegistryClient } from '../../engine/registry/client.ts';
import type { FetchedManifest } from '../../engine/registry/client.ts';
import { transportTo } from '../../engine/registry/registry-reach.ts';
import type { ImageManifest, ManifestIndex } from '../../engine/registry/manifest.ts';
import { formatPlatform, GUEST_PLATFORM, offeredPlatforms, platformMatches } from '../../engine/registry/platform.ts';
import { readAtMost } from '../../engine/registry/read-body.ts';
import { familiarString } from '../../engine/registry/reference.ts';
import type { Reference } from '../../engine/registry/reference.ts';
import { RegistryError } from '../../engine/registry/registry-error.ts';
import { copyBlob } from './copy-blob.ts';
import type { MirrorTarget } from './mirror-target.ts';
import type { RegistryTree } from './registry-tree.ts';

/** Where images without a host really are. */
const DOCKER_HUB = new URL('https://registry-1.docker.io/v2/');
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
const WANTED = formatPlatform(GUEST_PLATFORM);

export interface MirrorRequest {
  /** With a tag or a digest. */
  readonly reference: Reference;
  readonly target: MirrorTarget;
  readonly tree: RegistryTree;
  readonly fetch: typeof fetch;
  readonly credentials?: Credentials | undefined;
  readonly signal: AbortSignal;
  readonly retryDelayMs?: number;
  report(line: string): void;
}

interface Job extends MirrorRequest {
  readonly client: RegistryClient;
}

/**
 * The tree names the image when all of it is there. What came of a copy that failed is whole and checked, and is not fetched
 * again.
 * @throws DrydockError `not-found` (no such image, or not for the guest), `unauthorized`, `unavailable`, `data-loss`, `cancelled`
 */
export async function mirrorImage(request: MirrorRequest): Promise<void> {
  const reach = { fetch: request.fetch, defaultRegistry: DOCKER_HUB };
  const client = new RegistryClient(transportTo(reach, request.reference.domain, request.credentials));
  try {
    await copyImage({ ...request, client });
  } catch (error) {
    throw explained(error, familiarString(request.reference));
  }
}

async function copyImage(job: Job): Promise<void> {
  const { client, reference, target, tree, signal, report } = job;
  const top = await client.manifest(reference.path, reference.digest ?? reference.tag ?? '', signal);
  const image = await imageOf(job, top);
  report(`${familiarString(reference)}: ${WANTED}, ${top.digest}`);
  const config = await fetchConfig(job, image.manifest);
  const { length } = image.manifest.layers;
  for (const [index, descriptor] of image.manifest.layers.entries()) {
    const name = `  layer ${index + 1} of ${length}, ${descriptor.digest.slice(7, 19)}, ${readableSize(descriptor.size)}`;
    if (await tree.hasBlob(target.repository, descriptor.digest)) {
      report(`${name}: already here`);
      continue;
    }
    report(`${name}: copying`);
    const tell = (line: string): void => report(`${name}: ${line}`);
    await copyBlob({ ...job, repository: reference.path, descriptor, target: target.repository, report: tell });
    report(`${name}: copied`);
  }
  const writer = await tree.createBlob(target.repository);
  await writer.write(config);
  await writer.commit(image.manifest.config.digest);
  // From here on the image can be pulled: first by digest, last by name.
  await tree.putManifest(target.repository, image.digest, image.bytes);
  await tree.putManifest(target.repository, top.digest, top.bytes);
  if (target.tag !== undefined) await tree.putManifest(target.repository, target.tag, top.bytes);
  await tree.listTags(target.repository);
}

interface FetchedImage extends FetchedManifest {
  readonly manifest: FetchedManifest['manifest'] & ImageManifest;
}

async function imageOf({ client, reference, signal }: Job, top: FetchedManifest): Promise<FetchedImage> {
  if (top.manifest.kind === 'image') return { ...top, manifest: top.manifest };
  const entry = entryOf(top.manifest);
  const found = await client.manifest(reference.path, entry.digest, signal);
  if (found.manifest.kind === 'image') return { ...found, manifest: found.manifest };
  throw new DrydockError('data-loss', `its index names another index for ${WANTED}`);
}

function entryOf(index: ManifestIndex): ManifestIndex['manifests'][number] {
  const match = index.manifests.find(
    ({ platform }) => platform !== undefined && platformMatches(GUEST_PLATFORM, platform),
  );
  if (match !== undefined) return match;
  throw notForGuest(offeredPlatforms(index));
}

/** Checked, also against the manifest that names it. */
async function fetchConfig({ client, reference, signal }: Job, manifest: ImageManifest): Promise<Uint8Array> {
  const { digest } = manifest.config;
  const response = await client.blob(reference.path, digest, signal);
  const bytes = await readAtMost(response, MAX_CONFIG_BYTES, `image config ${digest}`);
  const actual = await digestOf(bytes);
  if (actual !== digest) throw new DrydockError('data-loss', `its config ${digest} came with digest ${actual}`);
  const config = parseImageConfig(bytes, digest);
  // An index was matched before; a single manifest says only in its config what it is for.
  if (!platformMatches(GUEST_PLATFORM, config)) throw notForGuest([formatPlatform(config)]);
  if (config.rootfs.diff_ids.length !== manifest.layers.length) {
    throw new DrydockError('data-loss', 'its manifest and its config name different numbers of layers');
  }
  return bytes;
}

function notForGuest(offered: readonly string[]): DrydockError {
  const list = offered.length === 0 ? 'no platform' : offered.join(', ');
  return new DrydockError(
    'not-found',
    `it is not made for ${WANTED}, which is all that the guest runs: it has ${list}`,
  );
}

/** Starts with the image's name, and says what a registry's code means for it. */
function explained(error: unknown, name: string): unknown {
  if (!isDrydockError(error) || error.code === 'cancelled') return error;
  const code = error instanceof RegistryError ? error.registryCode : undefined;
  const meaning =
    code === 'MANIFEST_UNKNOWN' || code === 'NAME_UNKNOWN'
      ? 'the registry has no such image: '
      : code === 'DENIED' || error.code === 'unauthorized'
        ? 'it does not exist, or needs "docker login": '
        : '';
  return new DrydockError(error.code, `Cannot mirror ${name}: ${meaning}${error.message}`, { cause: error });
}

function readableSize(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
