// Content-addressed bytes: memory (tests, browser), OPFS (browser), files (Node). 9p exports them to the guest read-only.

/** `sha256:<64 lower-case hex digits>`, OCI image spec, descriptor.md#digests. */
export type Digest = `sha256:${string}`;

export interface BlobStore {
  /** Size in bytes, or undefined when the blob is not here. */
  size(digest: Digest): Promise<number | undefined>;
  /**
   * Up to `length` bytes at `offset`; fewer only at the end. Synchronous when the bytes are at hand: the 9p server
   * answers the guest in the same tick then.
   * @throws DrydockError `not-found`
   */
  read(digest: Digest, offset: number, length: number): Uint8Array | Promise<Uint8Array>;
  /** Starts a blob. Nothing is visible before `commit`. @throws DrydockError `no-space` */
  create(): Promise<BlobWriter>;
  /** Starts a blob that is named by what it is made of. Nothing is visible before `commit`. @throws DrydockError `no-space` */
  createDerived(): Promise<DerivedWriter>;
  /** Removes the blob; no error when it is not here. */
  delete(digest: Digest): Promise<void>;
  list(): Promise<Digest[]>;
  /**
   * Tells before much is brought in that it will not fit. What passes may still fail later: others store things, too.
   * @throws DrydockError `no-space`
   */
  requireSpace(bytes: number): Promise<void>;
}

export interface BlobWriter {
  /** Appends. The store may keep `bytes`: do not change them afterwards. @throws DrydockError `no-space`; abort then */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes the blob visible under the digest of what was written.
   * @param expected refuses anything else, and stores nothing.
   * @throws DrydockError `data-loss` on a mismatch
   */
  commit(expected?: Digest): Promise<{ digest: Digest; bytes: number }>;
  /** Forgets what was written. Harmless after `commit`. */
  abort(): Promise<void>;
}

/**
 * For bytes that nobody but us makes, and that always are the same for the same origin: the origin's digest was checked, and
 * another one of what came of it would cost as much again and tell nothing more.
 */
export interface DerivedWriter {
  /**
   * In any order; in the end there must be no holes and no byte that was written twice. `bytes` are the caller's again when this
   * resolves. @throws DrydockError `no-space`; abort then
   */
  writeAt(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes the blob visible, unless there is one of that name. @param name no blob's digest, nor what anything else is derived from */
  commit(name: Digest): Promise<void>;
  /** Forgets what was written. Harmless after `commit`. */
  abort(): Promise<void>;
}
