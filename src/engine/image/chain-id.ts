// A layer's identity on top of those below it (OCI image spec, config.md#layer-chainid), and the directory name made of it.
import type { Digest } from '../../contracts/blob-store.ts';
import { digestOf } from '../blob/sha256.ts';

/** One for each layer, bottom first. */
export async function chainIds(diffIds: readonly Digest[]): Promise<Digest[]> {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : await digestOf(new TextEncoder().encode(`${below} ${diffId}`)));
  }
  return chain;
}

/** The layer's directory below /var/lib/docker/overlay2: Docker draws it at random, ours is the same on every machine. */
export function overlayIdOf(chainId: Digest): string {
  return chainId.slice('sha256:'.length);
}
