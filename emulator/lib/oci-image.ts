// Builds OCI images (image-spec 1.0: config, manifest, index) and lays them out as a registry of plain files.
import { gzipSync } from 'node:zlib';
import { sha256 } from './cache-key.ts';

export interface ImageSource {
  /** Uncompressed. */
  readonly layerTar: Uint8Array;
  readonly createdSeconds: number;
  readonly createdBy: string;
  readonly config: { readonly Cmd: readonly string[]; readonly Env: readonly string[] };
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface BuiltImage {
  readonly index: Blob;
  readonly manifest: Blob;
  /** Config and layer. */
  readonly blobs: readonly Blob[];
}

export interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

const OCI = 'application/vnd.oci.image';
const PLATFORM = { architecture: '386', os: 'linux' };

/** One image of one layer for linux/386, and the index that names it. */
export function buildImage(source: ImageSource): BuiltImage {
  const created = new Date(source.createdSeconds * 1000).toISOString().replace('.000Z', 'Z');
  const layer = blob(`${OCI}.layer.v1.tar+gzip`, gzipSync(source.layerTar, { level: 9 }));
  const config = json(`${OCI}.config.v1+json`, {
    created,
    ...PLATFORM,
    config: source.config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(source.layerTar)}`] },
    history: [
      { created, created_by: source.createdBy },
      { created, created_by: `CMD ${JSON.stringify(source.config.Cmd)}`, empty_layer: true },
    ],
  });
  const manifest = json(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: config.descriptor,
    layers: [layer.descriptor],
  });
  const index = json(`${OCI}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [{ ...manifest.descriptor, platform: PLATFORM }],
  });
  return { index, manifest, blobs: [config, layer] };
}

/** Files of a registry by path below v2/, as the distribution API names them: a static host then is a registry. */
export function registryFiles(
  images: readonly { readonly repository: string; readonly tags: readonly string[]; readonly image: BuiltImage }[],
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { repository, tags, image } of images) {
    const { index, manifest, blobs } = image;
    for (const reference of [...tags, index.descriptor.digest])
      files.set(`${repository}/manifests/${reference}`, index.bytes);
    files.set(`${repository}/manifests/${manifest.descriptor.digest}`, manifest.bytes);
    for (const { descriptor, bytes } of blobs) files.set(`${repository}/blobs/${descriptor.digest}`, bytes);
    files.set(`${repository}/tags/list`, encode({ name: repository, tags }));
  }
  files.set('_catalog', encode({ repositories: images.map(({ repository }) => repository).sort() }));
  return files;
}

function json(mediaType: string, value: object): Blob {
  return blob(mediaType, encode(value));
}

function blob(mediaType: string, bytes: Uint8Array): Blob {
  return { descriptor: { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length }, bytes };
}

function encode(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
