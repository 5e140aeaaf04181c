// Builds OCI images (image-spec 1.0: config, manifest, index) and lays them out as a registry of plain files.
import { gzipSync } from 'node:zlib';
import { sha256 } from './cache-key.ts';

export interface ImageSource {
  /** Bottom first. */
  readonly layers: readonly LayerSource[];
  readonly createdSeconds: number;
  readonly config: ImageConfig;
}

export interface LayerSource {
  /** Uncompressed. */
  readonly tar: Uint8Array;
  readonly createdBy: string;
}

/** `config` of an OCI image configuration (image-spec, config.md). */
export interface ImageConfig {
  readonly Env: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly StopSignal?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

/** What starts the image's process, as its Dockerfile would end. */
function lastInstruction({ Cmd, Entrypoint }: ImageConfig): string {
  return Cmd === undefined ? `ENTRYPOINT ${JSON.stringify(Entrypoint)}` : `CMD ${JSON.stringify(Cmd)}`;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface BuiltImage {
  readonly index: Blob;
  readonly manifest: Blob;
  /** Config and layers. */
  readonly blobs: readonly Blob[];
}

export interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

const OCI = 'application/vnd.oci.image';
const PLATFORM = { architecture: '386', os: 'linux' };

/** One image for linux/386, and the index that names it. */
export function buildImage(source: ImageSource): BuiltImage {
  const created = new Date(source.createdSeconds * 1000).toISOString().replace('.000Z', 'Z');
  const layers = source.layers.map(({ tar }) => blob(`${OCI}.layer.v1.tar+gzip`, gzipSync(tar, { level: 9 })));
  const config = json(`${OCI}.config.v1+json`, {
    created,
    ...PLATFORM,
    config: source.config,
    rootfs: { type: 'layers', diff_ids: source.layers.map(({ tar }) => `sha256:${sha256(tar)}`) },
    history: [
      ...source.layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
      { created, created_by: lastInstruction(source.config), empty_layer: true },
    ],
  });
  const manifest = json(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  });
  const index = json(`${OCI}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [{ ...manifest.descriptor, platform: PLATFORM }],
  });
  return { index, manifest, blobs: [config, ...layers] };
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
  return files;
}

/** The list of a registry's repositories. */
export function catalog(repositories: readonly string[]): Uint8Array {
  return encode({ repositories: [...repositories].sort() });
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
