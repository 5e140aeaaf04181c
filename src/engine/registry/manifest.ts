// Manifests as registries hand them out (OCI image spec, manifest.md and image-index.md; Docker's schema 2, which has the
// same shape). The media type is read from the body when the host sends none: static hosts know nothing of it.
import { z } from 'zod';
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { isDigest } from '../blob/sha256.ts';
import { parseJson } from '../parse-json.ts';

export const MEDIA_TYPES = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const;

const digest = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'must be a sha256 digest');
const descriptor = z.object({
  mediaType: z.string(),
  digest,
  size: z.number().int().nonnegative(),
});
const platform = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().exactOptional(),
});
const manifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptor,
  layers: z.array(descriptor),
});
const index = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptor.extend({ platform: platform.exactOptional() })),
});

export type Descriptor = z.infer<typeof descriptor>;
export type ImageManifest = z.infer<typeof manifest>;
export type ManifestIndex = z.infer<typeof index>;
export type Manifest = ({ kind: 'image' } & ImageManifest) | ({ kind: 'index' } & ManifestIndex);

/** @throws DrydockError `data-loss` naming what is wrong */
export function parseManifest(bytes: Uint8Array, name: string): Manifest {
  const body = parseJson(bytes, `manifest of ${name}`);
  if (hasField(body, 'schemaVersion') && body['schemaVersion'] === 1) {
    throw new DrydockError(
      'invalid-argument',
      'Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed. ' +
        `Suggest the author of ${name} to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2. ` +
        'More information at https://docs.docker.com/go/deprecated-image-specs/',
    );
  }
  if (hasField(body, 'manifests')) return { kind: 'index', ...checked(index.safeParse(body), name) };
  return { kind: 'image', ...checked(manifest.safeParse(body), name) };
}

function hasField<K extends string>(value: unknown, field: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && field in value;
}

function checked<T>(result: z.ZodSafeParseResult<T>, name: string): T {
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
  throw new DrydockError('data-loss', `Cannot read manifest of ${name}: ${where}`);
}
