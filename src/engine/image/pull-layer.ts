// Brings one layer in: download, check, unpack. Downloads run three at once as in dockerd; unpacking runs one at a time,
// since it is bound by the processor and shares its thread with the terminal.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { createDigestStream } from '../blob/sha256.ts';
import type { DigestStream } from '../blob/sha256.ts';
import type { LayerPool } from '../layer/layer-pool.ts';
import { Slots } from '../layer/slots.ts';
import { TimeSlice } from '../layer/time-slice.ts';
import type { UnpackedLayer } from '../layer/unpack.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Descriptor } from '../registry/manifest.ts';
import { bodyChunks } from '../registry/read-body.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { progressOf } from './pull-message.ts';
import { failedToRegister } from './failed-to-register.ts';
import type { PullStep } from './pull-message.ts';

const CONCURRENT_DOWNLOADS = 3;
const DOWNLOAD_ATTEMPTS = 3;
const RETRY_DELAY_MS = 1000;
const NOTHING = new Uint8Array(0);

export interface LayerRequest {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  readonly signal: AbortSignal;
  /** Settles when the layer below is in, however that went: layers complete from the bottom up, as Docker shows them. */
  readonly below: Promise<unknown>;
  report(step: PullStep): void;
}

export class LayerPuller {
  readonly #pool: Pick<LayerPool<unknown>, 'unpack'>;
  readonly #downloads = new Slots(CONCURRENT_DOWNLOADS);
  readonly #unpacks = new Slots(1);

  constructor(pool: Pick<LayerPool<unknown>, 'unpack'>) {
    this.#pool = pool;
  }

  /** @throws DrydockError `data-loss` when the bytes are not what their digests say; nothing is stored then */
  async pull(request: LayerRequest): Promise<UnpackedLayer> {
    const { signal, report, descriptor, diffId } = request;
    const chunks = await this.#downloads.run(
      () => downloadWithRetry(request),
      signal,
      () => report(step('Waiting')),
    );
    await request.below;
    const onProgress = progressOf('Extracting', descriptor.size, report);
    const unpack = { chunks: handedOver(chunks), diffId, signal, onProgress };
    const layer = await this.#unpacks.run(() => this.#pool.unpack(unpack), signal).catch(failedToRegister);
    report(step('Pull complete'));
    return layer;
  }
}

/** Whoever reads the pieces has them alone: a layer must not be here twice while it is unpacked. */
async function* handedOver(chunks: Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < chunks.length; at++) {
    const chunk = chunks[at];
    chunks[at] = NOTHING;
    if (chunk !== undefined) yield chunk;
  }
}

export function step(status: string): PullStep {
  return { status, progressDetail: {} };
}

/** What has come so far: a connection that breaks costs only what was on its way. */
interface Received {
  chunks: Uint8Array[];
  bytes: number;
  hash: DigestStream;
}

async function downloadWithRetry(request: LayerRequest): Promise<Uint8Array[]> {
  const received: Received = { chunks: [], bytes: 0, hash: await createDigestStream() };
  for (let attempt = 1; ; attempt++) {
    try {
      return await download(request, received);
    } catch (error) {
      if (request.signal.aborted || attempt === DOWNLOAD_ATTEMPTS || !mayPass(error)) throw error;
      for (let seconds = attempt; seconds > 0; seconds--) {
        request.report(step(`Retrying in ${seconds} second${seconds === 1 ? '' : 's'}`));
        await delay(RETRY_DELAY_MS, request.signal);
      }
    }
  }
}

async function download(
  { client, repository, descriptor, signal, report }: LayerRequest,
  received: Received,
): Promise<Uint8Array[]> {
  const { digest, size } = descriptor;
  const response = await client.blob(repository, digest, signal, received.bytes);
  // Static hosts may not know ranges, and send all of it again.
  if (!continuesAt(response, received.bytes)) {
    Object.assign(received, { chunks: [], bytes: 0, hash: await createDigestStream() });
  }
  const onProgress = progressOf('Downloading', size, report);
  const slice = new TimeSlice();
  for await (const chunk of bodyChunks(response)) {
    signal.throwIfAborted();
    received.bytes += chunk.length;
    if (received.bytes > size) throw corrupted(digest, `it has more than the ${size} bytes that its manifest states`);
    received.hash.update(chunk);
    received.chunks.push(chunk);
    onProgress(received.bytes);
    await slice.yieldWhenSpent();
  }
  report(step('Verifying Checksum'));
  const actual = received.hash.digest();
  if (actual !== digest) throw corrupted(digest, `its ${received.bytes} bytes have digest ${actual}`);
  report(step('Download complete'));
  return received.chunks;
}

/** Whether an answer goes on where we are, as it was asked to. */
export function continuesAt({ status, headers }: Response, bytes: number): boolean {
  return status === 206 && (headers.get('content-range')?.startsWith(`bytes ${bytes}-`) ?? false);
}

function corrupted(digest: Digest, why: string): DrydockError {
  return new DrydockError('data-loss', `filesystem layer verification failed for digest ${digest}: ${why}`);
}

/** A second try may find the network or the registry back; it will not find other bytes. */
export function mayPass(error: unknown): boolean {
  return error instanceof RegistryError ? error.retryable : isDrydockError(error, 'unavailable');
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
