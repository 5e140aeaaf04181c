// What is in an archive of images: manifest.json of a docker-archive, or index.json of an OCI layout (OCI image spec,
// image-layout.md). An archive with both is taken as the first, as dockerd does.
import { z } from 'zod';
import type { Digest } from '../../../contracts/blob-store.ts';
import { DrydockError } from '../../../contracts/errors.ts';
import { digestOf, isDigest } from '../../blob/sha256.ts';
import { parseJson } from '../../parse-json.ts';
import { parseManifest } from '../../registry/manifest.ts';
import { GUEST_PLATFORM, platformMatches, selectManifest } from '../../registry/platform.ts';
import type { Platform } from '../../registry/platform.ts';
import type { ArchiveContents } from './archive-contents.ts';

export interface ArchivedLayer {
  readonly path: string;
  /** Of the file in the archive, where the manifest states it. */
  readonly digest: Digest | undefined;
}

export interface ArchivedImage {
  readonly configPath: string;
  readonly configDigest: Digest | undefined;
  /** Bottom first. */
  readonly layers: readonly ArchivedLayer[];
  readonly names: readonly string[];
  /** The image that it was made of. */
  readonly parent?: string | undefined;
}

const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const dockerManifest = z
  .array(z.looseObject({ Config: z.string(), RepoTags: texts, Layers: texts, Parent: z.string().nullish() }))
  .nullable();
const ociIndex = z.looseObject({
  manifests: z.array(
    z.looseObject({
      mediaType: z.string().nullish(),
      digest: z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'must be a sha256 digest'),
      platform: z
        .looseObject({ os: z.string(), architecture: z.string(), variant: z.string().exactOptional() })
        .nullish(),
      annotations: z.record(z.string(), z.string()).nullish(),
    }),
  ),
});

const CONTAINERD_NAME = 'io.containerd.image.name';
const OCI_NAME = 'org.opencontainers.image.ref.name';
const MAX_NESTED_INDEXES = 8;

/**
 * @param place where dockerd would have unpacked the archive: its messages name files there
 * @returns undefined for an archive that has neither
 * @throws DrydockError `data-loss`, `not-found` in Docker's words
 */
export async function archivedImages(
  contents: ArchiveContents,
  place: string,
  platform: Platform | undefined,
): Promise<ArchivedImage[] | undefined> {
  const manifest = contents.get('manifest.json');
  if (manifest?.kind === 'small') return dockerImages(manifest.bytes);
  const index = contents.get('index.json');
  return index?.kind === 'small' ? ociImages(contents, index.bytes, place, platform) : undefined;
}

export function smallFile(contents: ArchiveContents, path: string, place: string): Uint8Array {
  const found = contents.get(path);
  if (found?.kind === 'small') return found.bytes;
  throw missing(place, path);
}

export function missing(place: string, path: string): DrydockError {
  return new DrydockError('not-found', `open ${place}/${path}: no such file or directory`);
}

function dockerImages(bytes: Uint8Array): ArchivedImage[] {
  const items = checked(dockerManifest, bytes, 'manifest.json');
  if (items === null) {
    throw new DrydockError('data-loss', 'invalid manifest, manifest cannot be null (but can be [])');
  }
  return items.map(({ Config, RepoTags, Layers, Parent }) => ({
    configPath: Config,
    configDigest: undefined,
    layers: Layers.map((path) => ({ path, digest: undefined })),
    names: RepoTags,
    parent: Parent ?? undefined,
  }));
}

async function ociImages(
  contents: ArchiveContents,
  bytes: Uint8Array,
  place: string,
  platform: Platform | undefined,
): Promise<ArchivedImage[]> {
  const wanted = platform ?? GUEST_PLATFORM;
  const images: ArchivedImage[] = [];
  for (const entry of checked(ociIndex, bytes, 'index.json').manifests) {
    // Attestations and images of other machines stand beside what is meant.
    if (entry.platform && !platformMatches(wanted, entry.platform)) continue;
    const manifest = await imageManifest(contents, entry.digest, place, wanted);
    images.push({
      configPath: blobPath(manifest.config.digest),
      configDigest: manifest.config.digest,
      layers: manifest.layers.map(({ digest }) => ({ path: blobPath(digest), digest })),
      names: nameIn(entry.annotations ?? {}),
    });
  }
  return images;
}

async function imageManifest(contents: ArchiveContents, top: Digest, place: string, platform: Platform) {
  let digest = top;
  for (let depth = 0; depth < MAX_NESTED_INDEXES; depth++) {
    const bytes = smallFile(contents, blobPath(digest), place);
    const actual = await digestOf(bytes);
    if (actual !== digest) throw new DrydockError('data-loss', `manifest verification failed for digest ${digest}`);
    const manifest = parseManifest(bytes, digest);
    if (manifest.kind === 'image') return manifest;
    digest = selectManifest(manifest, platform).digest;
  }
  throw new DrydockError('data-loss', `Cannot read index ${top}: it leads to another one again and again`);
}

/** A bare tag (`latest`) is no name: it says nothing of a repository. */
function nameIn(annotations: Readonly<Record<string, string>>): string[] {
  const whole = annotations[CONTAINERD_NAME];
  if (whole !== undefined && whole !== '') return [whole];
  const name = annotations[OCI_NAME] ?? '';
  return /[/:]/.test(name) ? [name] : [];
}

function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function checked<T extends z.ZodType>(schema: T, bytes: Uint8Array, name: string): z.output<T> {
  const result = schema.safeParse(parseJson(bytes, `${name} of the archive`));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
  throw new DrydockError('data-loss', `Cannot read ${name} of the archive: ${where}`);
}
