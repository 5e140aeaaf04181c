// Qids that come out the same after a restore in another process: the guest's kernel keeps inodes by them.
import type { Qid } from './p9-wire.ts';

/** 52 bits from the path: two FNV-1a hashes, the second over the reversed bytes. */
export function stableQid(type: number, path: readonly string[]): Qid {
  const bytes = new TextEncoder().encode(`/${path.join('/')}`);
  const high = fnv1a(bytes) & 0xf_ffff;
  const low = fnv1a(bytes.reverse());
  return { type, version: 0, path: high * 0x1_0000_0000 + low };
}

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}
