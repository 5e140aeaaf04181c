// Bytes move between rooms as web streams, so that a browser worker and Node need no adapter between them.

/** A connection with two independent directions. Closing `writable` ends our side only (half-close). */
export interface ByteDuplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}
