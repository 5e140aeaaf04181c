// An image as the rest of the engine sees it: an immutable view of its config and its layers.
import type { Digest } from '../../contracts/blob-store.ts';

/** Bottom layer first, as in the config's `rootfs.diff_ids`. */
export interface ImageLayer {
  /** Digest of the uncompressed tar. */
  readonly diffId: Digest;
  /** Identifies this layer on top of those below it (OCI image spec, config.md#layer-chainid). */
  readonly chainId: Digest;
  /** Its directory below /var/lib/docker/overlay2: 64 hex digits. */
  readonly overlayId: string;
  /** The EROFS image of the layer in the blob store. */
  readonly erofs: Digest;
  /** How its tar is made of that image again, in the blob store. */
  readonly recipe: Digest;
  /** Sum of the sizes of its files, in bytes: what Docker calls the layer's size. */
  readonly sizeBytes: number;
}

export interface Image {
  /** Digest of the config. */
  readonly id: Digest;
  readonly config: ImageConfig;
  readonly layers: readonly ImageLayer[];
  readonly sizeBytes: number;
  /** The image that it was made of here; images that came from elsewhere have none. */
  readonly parent?: Digest;
  /** `busybox:latest`, in Docker's short ("familiar") form, sorted. */
  readonly repoTags: readonly string[];
  /** `busybox@sha256:...`, sorted. */
  readonly repoDigests: readonly string[];
}

/** OCI image spec, config.md. Read leniently: Docker adds fields of its own. */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly created?: string;
  readonly author?: string;
  readonly docker_version?: string;
  readonly config?: ImageRunConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] };
  readonly history?: readonly {
    readonly created?: string;
    readonly created_by?: string;
    readonly author?: string;
    readonly comment?: string;
    readonly empty_layer?: boolean;
  }[];
}

export interface ImageRunConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly Shell?: readonly string[];
  readonly Healthcheck?: object;
  readonly OnBuild?: readonly string[];
}
