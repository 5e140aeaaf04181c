// SHA-256 of bytes that come in pieces. The platform's own (`crypto.subtle`) wants them all at once and exists only on
// secure origins, so WebAssembly does it: ours, or a library's where WebAssembly has no vectors (Safari before 16.4).
import { createSHA256 } from 'hash-wasm';
import type { Digest } from '../../contracts/blob-store.ts';
import { newSha256 } from './sha256-stream.ts';

export interface DigestStream {
  update(bytes: Uint8Array): void;
  /** Ends the stream. */
  digest(): Digest;
}

export async function createDigestStream(): Promise<DigestStream> {
  try {
    const stream = await newSha256();
    return {
      update: (bytes) => stream.update(bytes),
      digest: () => `sha256:${stream.hex()}`,
    };
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return libraryStream();
  }
}

/** Two thirds as fast. */
export async function libraryStream(): Promise<DigestStream> {
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
