// GET /distribution/{name}/json: what a registry has of that name, without pulling it (moby:
// api/server/router/distribution/distribution_routes.go).
import type { DistributionInspect } from '@docker/node-sdk';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { parseJson } from '../parse-json.ts';
import type { Credentials } from '../registry/authorization.ts';
import { readImageConfig } from '../registry/checked-bodies.ts';
import { RegistryClient } from '../registry/client.ts';
import { MEDIA_TYPES } from '../registry/manifest.ts';
import type { Manifest } from '../registry/manifest.ts';
import { familiarName, parseReference, withDefaultTag } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';
import { transportTo } from '../registry/registry-reach.ts';
import type { RegistryReach } from '../registry/registry-reach.ts';

export interface DistributionRequest extends RegistryReach {
  readonly name: string;
  readonly credentials: Credentials | undefined;
  readonly signal: AbortSignal;
}

type Platform = DistributionInspect['Platforms'][number];

/** @throws RegistryError with the registry's words; DrydockError `invalid-argument` for the name, `unavailable`, `cancelled` */
export async function inspectDistribution(request: DistributionRequest): Promise<DistributionInspect> {
  const reference = referenceOf(request.name);
  const client = new RegistryClient(transportTo(request, reference.domain, request.credentials));
  const asked = reference.digest ?? reference.tag ?? '';
  const { manifest, digest, bytes } = await client.manifest(reference.path, asked, request.signal);
  const mediaType = manifest.mediaType ?? (manifest.kind === 'index' ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest);
  const platforms =
    manifest.kind === 'index' ? platformsIn(bytes) : await platformOf(client, reference, manifest, request.signal);
  return {
    Descriptor: { mediaType, digest, size: bytes.length },
    // Go's null, which the client's type does not know.
    Platforms: platforms ?? (null as unknown as Platform[]),
  };
}

function referenceOf(name: string): Reference {
  if (/^(sha256:)?[a-f0-9]{64}$/.test(name)) {
    throw new DrydockError('internal', 'no manifest found for full image ID');
  }
  const reference = parseReference(name);
  if (familiarName(reference) === 'scratch') throw new DrydockError('invalid-argument', "'scratch' is a reserved name");
  return withDefaultTag(reference);
}

/** An image's config says what it is for; Docker does not look into those of OCI images. */
async function platformOf(
  client: RegistryClient,
  { path }: Reference,
  manifest: Extract<Manifest, { kind: 'image' }>,
  signal: AbortSignal,
): Promise<Platform[] | undefined> {
  if (manifest.mediaType !== MEDIA_TYPES.dockerManifest) return undefined;
  const { digest } = manifest.config;
  const config = await client
    .blob(path, digest, signal)
    .then((response) => readImageConfig(response, digest))
    .then((bytes) => platformIn(parseJson(bytes, `image config ${digest}`)))
    .catch((error: unknown) => {
      if (isDrydockError(error, 'cancelled')) throw error;
      return undefined;
    });
  return config === undefined || (config.os === '' && config.architecture === '') ? undefined : [config];
}

function platformsIn(index: Uint8Array): Platform[] | undefined {
  const { manifests } = parseJson(index, 'image index') as { readonly manifests: readonly { platform?: unknown }[] };
  return manifests.length === 0 ? undefined : manifests.map(({ platform }) => platformIn(platform));
}

/** In the order and with the omissions of the OCI image specification. */
function platformIn(value: unknown): Platform {
  const from = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof from[name] === 'string' ? from[name] : '');
  const features = Array.isArray(from['os.features']) ? from['os.features'].map(String) : [];
  return {
    architecture: text('architecture'),
    os: text('os'),
    ...(text('os.version') !== '' && { 'os.version': text('os.version') }),
    ...(features.length > 0 && { 'os.features': features }),
    ...(text('variant') !== '' && { variant: text('variant') }),
  };
}
