// SHA-256 of bytes that come in pieces. The platform's own (`crypto.subtle`) wants them all at once and exists only on
// secure origins, so a WebAssembly library does it: 220 MB/s in Node, twice the best in plain JavaScript.
import { createSHA256 } from 'hash-wasm';
import type { Digest } from '../../contracts/blob-store.ts';

export interface DigestStream {
  update(bytes: Uint8Array): void;
  /** Ends the stream. */
  digest(): Digest;
}

export async function createDigestStream(): Promise<DigestStream> {
  const hasher = await createSHA256();
  hasher.init();
  return {
    update: (bytes) => void hasher.update(bytes),
    digest: () => `sha256:${hasher.digest('hex')}`,
  };
}

export async function digestOf(bytes: Uint8Array): Promise<Digest> {
  const stream = await createDigestStream();
  stream.update(bytes);
  return stream.digest();
}

export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
