// A fake registry and an image store in memory, with a puller between them: what the tests of pulls start with.
import { expect } from 'vitest';
import { memoryImageStore } from './memory-image-store.ts';
import type { Digest } from '../../src/contracts/blob-store.ts';
import type { TarItem } from '../../src/engine/layer/testing/tar-archive.ts';
import { parseReference } from '../../src/engine/registry/reference.ts';
import type { RegistryReach } from '../../src/engine/registry/registry-reach.ts';
import { FakeRegistry } from '../../src/engine/registry/testing/fake-registry.ts';
import { ImagePuller } from '../../src/engine/image/pull.ts';
import type { DownloadLimits } from '../../src/engine/image/pull-layer.ts';
import type { PullMessage } from '../../src/engine/image/pull-message.ts';

/** Two layers. */
export const FILES: TarItem[][] = [
  [{ path: 'bin/sh', content: 'shell'.repeat(1000) }],
  [{ path: 'etc/motd', content: 'welcome' }, { path: '.wh.bin' }],
];

export function setUp(options: DownloadLimits & Pick<RegistryReach, 'registryMirrors' | 'insecureRegistries'> = {}) {
  const log: string[] = [];
  const registry = new FakeRegistry();
  const { blobs, store } = memoryImageStore();
  const puller = new ImagePuller({
    store,
    blobs,
    fetch: registry.fetch,
    defaultRegistry: registry.base,
    registryAdvice: 'Use another.',
    log: (line) => log.push(line),
    ...options,
  });
  const pull = async (name: string, signal = new AbortController().signal): Promise<PullMessage[]> => {
    const messages: PullMessage[] = [];
    await puller.pull({ reference: parseReference(name), signal, report: (message) => void messages.push(message) });
    return messages;
  };
  const expectNothing = async (): Promise<void> => {
    expect(store.list()).toEqual([]);
    expect(await blobs.list()).toEqual([]);
  };
  return { registry, blobs, store, puller, pull, log, expectNothing };
}

export const statuses = (messages: PullMessage[]): string[] =>
  messages.map(({ id, status }) => (id === undefined ? status : `${id}: ${status}`));
export const short = (digest: Digest | undefined): string => digest?.slice(7, 19) ?? '';
