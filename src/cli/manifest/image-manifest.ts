// Manifests as `docker manifest` knows them: one image's, with its platform, or those of a list (docker/cli:
// cli/registry/client/fetcher.go, cli/manifest/types). They come from the registry, without the engine.
import type { Digest } from '../../contracts/blob-store.ts';
import { isDrydockError } from '../../contracts/errors.ts';
import type { RegistryManifest, RegistryRepository } from '../../contracts/registries.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { parseJson } from '../format/go-json-error.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { fullString } from '../reference/image-reference.ts';
import { authConfigOf, keyOf } from '../registry/auth-config.ts';

export const TYPES = {
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
} as const;

/** As the OCI image specification has it, in the order in which it is written. */
export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly variant?: string;
}

export interface ImageManifest {
  readonly ref: string;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly platform: Platform;
  readonly bytes: Uint8Array;
}

export type Inspected =
  | { readonly kind: 'image'; readonly manifest: ImageManifest }
  | { readonly kind: 'list'; readonly manifests: readonly ImageManifest[] };

/** @throws CliError in Docker's words, also for a list */
export async function fetchImageManifest(
  context: CliContext,
  reference: ImageReference,
  insecure: boolean,
): Promise<ImageManifest> {
  return fromRegistry(context, reference, insecure, async (repository) => {
    const found = await foundIn(repository, reference);
    const body = decoded(found);
    if (isList(found.mediaType)) throw new CliError(`${fullString(reference)} is a manifest list`);
    return imageManifest(repository, fullString(reference), found, body);
  });
}

/** @throws CliError in Docker's words */
export async function fetchManifest(
  context: CliContext,
  reference: ImageReference,
  insecure: boolean,
): Promise<Inspected> {
  return fromRegistry(context, reference, insecure, (repository) => read(repository, reference));
}

async function fromRegistry<T>(
  context: CliContext,
  reference: ImageReference,
  insecure: boolean,
  work: (repository: RegistryRepository) => Promise<T>,
): Promise<T> {
  try {
    const repository = await openRepository(context, reference, insecure);
    // Docker's client asks for HTTPS first, then finds that it may not do without.
    if (repository.isPlain && !insecure) throw noSuch(reference);
    return await work(repository);
  } catch (error) {
    throw isDrydockError(error, 'not-found') ? noSuch(reference) : error;
  }
}

export async function openRepository(
  context: CliContext,
  { name }: ImageReference,
  insecure: boolean,
): Promise<RegistryRepository> {
  const slash = name.indexOf('/');
  const domain = name.slice(0, slash);
  const {
    username = '',
    password = '',
    identitytoken,
    registrytoken,
  } = authConfigOf(await context.config(), keyOf(domain));
  const isLogin = username !== '' || identitytoken !== undefined || registrytoken !== undefined;
  const login = {
    username,
    password,
    ...(identitytoken !== undefined && { identityToken: identitytoken }),
    ...(registrytoken !== undefined && { registryToken: registrytoken }),
  };
  return context.registries.open({
    domain,
    path: name.slice(slash + 1),
    credentials: isLogin ? login : undefined,
    insecure,
    signal: context.signal,
  });
}

function noSuch(reference: ImageReference): CliError {
  return new CliError(`no such manifest: ${fullString(reference)}`);
}

async function foundIn(repository: RegistryRepository, reference: ImageReference): Promise<RegistryManifest> {
  const found = await repository.manifest(reference.tag ?? reference.digest ?? '');
  if (reference.digest === undefined || reference.digest === found.digest) return found;
  throw new CliError(`manifest verification failed for digest ${reference.digest}`);
}

async function read(repository: RegistryRepository, reference: ImageReference): Promise<Inspected> {
  const found = await foundIn(repository, reference);
  const body = decoded(found);
  if (!isList(found.mediaType)) {
    return { kind: 'image', manifest: await imageManifest(repository, fullString(reference), found, body) };
  }
  const manifests: ImageManifest[] = [];
  for (const entry of recordsIn(body['manifests'])) {
    const digest = textIn(entry, 'digest');
    const child = await repository.manifest(digest);
    if (isList(child.mediaType)) {
      throw new CliError('unsupported manifest type: *manifestlist.DeserializedManifestList');
    }
    const ref = fullString({ ...reference, digest });
    const manifest = await imageManifest(repository, ref, child, decoded(child));
    manifests.push({ ...manifest, platform: platformIn(entry['platform']) });
  }
  return { kind: 'list', manifests };
}

async function imageManifest(
  repository: RegistryRepository,
  ref: string,
  { mediaType, digest, bytes }: RegistryManifest,
  body: Record<string, unknown>,
): Promise<ImageManifest> {
  const [config = {}] = recordsIn([body['config']]);
  const text = new TextDecoder().decode(await repository.blob(textIn(config, 'digest') as Digest));
  return { ref, mediaType, digest, bytes, platform: platformIn(parseJson(text)) };
}

const isList = (mediaType: string): boolean => mediaType === TYPES.dockerList || mediaType === TYPES.ociIndex;

/** @throws CliError for what is not of the type that it is said to be */
function decoded({ mediaType, bytes }: RegistryManifest): Record<string, unknown> {
  if (!Object.values<string>(TYPES).includes(mediaType)) {
    throw new CliError(`unsupported manifest media type and no default available: ${mediaType}`);
  }
  const [body = {}] = recordsIn([parseJson(new TextDecoder().decode(bytes))]);
  const what = isList(mediaType) ? (mediaType === TYPES.ociIndex ? 'image index' : 'manifest list') : 'manifest';
  const own = textIn(body, 'mediaType');
  const isOci = mediaType === TYPES.ociIndex || mediaType === TYPES.ociManifest;
  if (mediaType === TYPES.ociIndex && (has(body, 'config') || has(body, 'layers'))) {
    throw new CliError('index: expected index but found manifest');
  }
  if (mediaType === TYPES.ociManifest && has(body, 'manifests')) {
    throw new CliError('ocimanifest: expected manifest but found index');
  }
  if (own === mediaType || (isOci && own === '')) return body;
  throw new CliError(
    `${isOci ? 'if present, mediaType' : 'mediaType'} in ${what} should be '${mediaType}' not '${own}'`,
  );
}

const has = (body: Record<string, unknown>, name: string): boolean => (body[name] ?? null) !== null;

/** Of an image's config, or of an entry of a list. */
function platformIn(value: unknown): Platform {
  const [from = {}] = recordsIn([value]);
  const [version, variant] = [textIn(from, 'os.version'), textIn(from, 'variant')];
  const features = Array.isArray(from['os.features']) ? from['os.features'].map(String) : [];
  return {
    architecture: textIn(from, 'architecture'),
    os: textIn(from, 'os'),
    ...(version !== '' && { 'os.version': version }),
    ...(features.length > 0 && { 'os.features': features }),
    ...(variant !== '' && { variant }),
  };
}

function recordsIn(list: unknown): Record<string, unknown>[] {
  if (!Array.isArray(list)) return [];
  return list.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null);
}

function textIn(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : '';
}
