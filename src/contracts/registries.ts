// Registries as the docker client reaches them by itself: `docker manifest` asks no engine. Whoever starts the client gives
// it this; credentials come from the client's own config.json.
import type { Digest } from './blob-store.ts';

export interface Registries {
  /**
   * Looks whether somebody is there (GET /v2/).
   * @throws DrydockError `unavailable`
   */
  open(request: RepositoryRequest): Promise<RegistryRepository>;
}

export interface RepositoryRequest {
  /** `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** `library/busybox`. */
  readonly path: string;
  readonly credentials?: RegistryLogin | undefined;
  /** Plain HTTP will do where there is no HTTPS. */
  readonly insecure: boolean;
  readonly signal: AbortSignal;
}

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  /** A refresh token that takes the password's place. */
  readonly identityToken?: string;
  /** Sent as it is, instead of asking for one. */
  readonly registryToken?: string;
}

/** Messages are those of Docker's client; every method rejects with `cancelled` when the request's signal aborts. */
export interface RegistryRepository {
  /** Whether what goes to and fro can be read on the way. */
  readonly isPlain: boolean;
  /**
   * Its digest was checked.
   * @param reference a tag or a digest
   * @throws DrydockError `not-found` when there is none, or none for us
   */
  manifest(reference: string): Promise<RegistryManifest>;
  /**
   * Takes over a blob from another repository of the same registry.
   * @param from its path
   * @returns whether it did; nothing is left behind when not
   */
  mount(digest: Digest, from: string): Promise<boolean>;
  /** @param reference a tag, or its digest */
  putManifest(reference: string, mediaType: string, bytes: Uint8Array): Promise<Digest>;
  /** A small blob, checked: an image's config. @throws DrydockError */
  blob(digest: Digest): Promise<Uint8Array>;
}

export interface RegistryManifest {
  /** As the registry says, or the manifest itself where a host knows nothing of media types. */
  readonly mediaType: string;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}
