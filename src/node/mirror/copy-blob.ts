// Copies one blob from a registry into the tree, as it comes: layers may be larger than the memory. A connection that breaks
// costs only what was on its way.
import { setTimeout as sleep } from 'node:timers/promises';
import { DrydockError } from '../../contracts/errors.ts';
import { continuesAt, mayPass } from '../../engine/image/pull-layer.ts';
import type { RegistryClient } from '../../engine/registry/client.ts';
import type { Descriptor } from '../../engine/registry/manifest.ts';
import { bodyChunks } from '../../engine/registry/read-body.ts';
import { cancelled } from '../../engine/registry/registry-transport.ts';
import type { RegistryTree } from './registry-tree.ts';

const ATTEMPTS = 4;
const RETRY_DELAY_MS = 1000;

export interface CopyBlobRequest {
  readonly client: RegistryClient;
  /** There. */
  readonly repository: string;
  readonly descriptor: Descriptor;
  readonly tree: RegistryTree;
  /** Here. */
  readonly target: string;
  readonly signal: AbortSignal;
  /** Before a second try, and before each one after it twice as long. */
  readonly retryDelayMs?: number;
  report(line: string): void;
}

/** @throws DrydockError `data-loss` when the bytes are not what the descriptor says; the tree has none of them then */
export async function copyBlob(request: CopyBlobRequest): Promise<void> {
  const { client, repository, descriptor, tree, target, signal, report } = request;
  const { digest, size } = descriptor;
  let writer = await tree.createBlob(target);
  let bytes = 0;
  const receive = async (): Promise<void> => {
    const response = await client.blob(repository, digest, signal, bytes);
    if (bytes > 0 && !continuesAt(response, bytes)) {
      await writer.abort();
      writer = await tree.createBlob(target);
      bytes = 0;
    }
    for await (const chunk of bodyChunks(response)) {
      signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > size) throw wrongSize('more', descriptor);
      await writer.write(chunk);
    }
  };
  try {
    for (let attempt = 1; bytes < size; attempt++) {
      try {
        await receive();
        if (bytes < size) throw wrongSize('fewer', descriptor);
      } catch (error) {
        if (signal.aborted || attempt === ATTEMPTS || !mayPass(error)) throw error;
        report(`${error instanceof Error ? error.message : String(error)}: trying again`);
        await sleep((request.retryDelayMs ?? RETRY_DELAY_MS) * 2 ** (attempt - 1), undefined, { signal });
      }
    }
    await writer.commit(digest);
  } catch (error) {
    throw signal.aborted ? cancelled(error) : error;
  } finally {
    await writer.abort();
  }
}

function wrongSize(which: string, { digest, size }: Descriptor): DrydockError {
  return new DrydockError(
    'data-loss',
    `Cannot copy blob ${digest}: the registry sent ${which} than the ${size} bytes that the manifest states`,
  );
}
