// Brings one layer in: download and check, and unpack meanwhile. Downloads run some at once as in dockerd; of the layers that are
// here one is unpacked at a time, since that is bound by the processor, and one of those that are still coming.
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
import { LayerArrival } from './layer-arrival.ts';
import type { PullStep } from './pull-message.ts';

/** dockerd's. */
const CONCURRENT_DOWNLOADS = 3;
const DOWNLOAD_ATTEMPTS = 5;
const RETRY_DELAY_MS = 1000;

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

export interface DownloadLimits {
  /** Layers downloaded at once, over all pulls; 3 when left out. */
  readonly concurrentDownloads?: number;
  /** How often one layer is tried; 5 when left out. */
  readonly downloadAttempts?: number;
}

export class LayerPuller {
  readonly #pool: Pick<LayerPool<unknown>, 'unpack'>;
  readonly #downloads: Slots;
  readonly #attempts: number;
  readonly #unpacks = new Slots(1);
  /** Whether a layer is being unpacked that may still be coming. */
  #early = false;

  constructor(pool: Pick<LayerPool<unknown>, 'unpack'>, limits: DownloadLimits = {}) {
    this.#pool = pool;
    this.#downloads = new Slots(limits.concurrentDownloads ?? CONCURRENT_DOWNLOADS);
    this.#attempts = limits.downloadAttempts ?? DOWNLOAD_ATTEMPTS;
  }

  /** @throws DrydockError `data-loss` when the bytes are not what their digests say; nothing is stored then */
  async pull(request: LayerRequest): Promise<UnpackedLayer> {
    const { report } = request;
    const stop = new AbortController();
    const signal = AbortSignal.any([request.signal, stop.signal]);
    const arrival = new LayerArrival();
    const download = this.#download({ ...request, signal }, arrival);
    download.catch(() => undefined);
    try {
      await Promise.race([request.below, download.then(() => request.below)]);
      const layer = await this.#whenItsTurn(download, signal, () => this.#unpack(request, signal, arrival, download));
      report(step('Pull complete'));
      return layer;
    } catch (error) {
      arrival.drop();
      // Bytes that cannot be unpacked are perhaps not the layer's: its digest tells, which is what Docker looks at first.
      if (isDrydockError(error, 'data-loss')) await download;
      stop.abort(error);
      throw error;
    }
  }

  async #download(request: LayerRequest, arrival: LayerArrival): Promise<void> {
    try {
      const onWait = (): void => request.report(step('Waiting'));
      await this.#downloads.run(() => downloadWithRetry(request, arrival, this.#attempts), request.signal, onWait);
      arrival.end();
    } catch (error) {
      arrival.fail(error);
      throw error;
    }
  }

  /** One layer is unpacked while it comes; others when they are here: a slow download must not hold up those that are. */
  async #whenItsTurn<T>(download: Promise<void>, signal: AbortSignal, unpack: () => Promise<T>): Promise<T> {
    if (this.#early) {
      await download;
      return this.#unpacks.run(unpack, signal);
    }
    this.#early = true;
    try {
      return await unpack();
    } finally {
      this.#early = false;
    }
  }

  async #unpack(
    { descriptor, diffId, report }: LayerRequest,
    signal: AbortSignal,
    arrival: LayerArrival,
    download: Promise<void>,
  ): Promise<UnpackedLayer> {
    const extracting = progressOf('Extracting', descriptor.size, report);
    let unpackedBytes = 0;
    let downloaded = false;
    const onProgress = (bytes: number): void => {
      unpackedBytes = bytes;
      // One bar for each layer: the download's comes first.
      if (downloaded) extracting(bytes);
    };
    const noted = download.then(() => {
      downloaded = true;
      if (unpackedBytes > 0) extracting(unpackedBytes);
    });
    noted.catch(() => undefined);
    const unpack = { chunks: arrival.chunks(), diffId, signal, onProgress };
    const layer = await this.#pool.unpack(unpack).catch(failedToRegister);
    await noted;
    return layer;
  }
}

export function step(status: string): PullStep {
  return { status, progressDetail: {} };
}

/** What has come so far: a connection that breaks costs only what was on its way. */
interface Received {
  readonly arrival: LayerArrival;
  readonly hash: DigestStream;
  bytes: number;
}

async function downloadWithRetry(request: LayerRequest, arrival: LayerArrival, attempts: number): Promise<void> {
  const received: Received = { arrival, bytes: 0, hash: await createDigestStream() };
  for (let attempt = 1; ; attempt++) {
    try {
      return await download(request, received);
    } catch (error) {
      if (request.signal.aborted || attempt === attempts || !mayPass(error)) throw error;
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
): Promise<void> {
  const { digest, size } = descriptor;
  const response = await client.blob(repository, digest, signal, received.bytes);
  // Static hosts may not know ranges, and send all of it again. What is handed out is what is hashed, so its start may be
  // from before.
  let repeated = continuesAt(response, received.bytes) ? 0 : received.bytes;
  const onProgress = progressOf('Downloading', size, report);
  const slice = new TimeSlice();
  for await (const piece of bodyChunks(response)) {
    signal.throwIfAborted();
    const chunk = piece.subarray(Math.min(repeated, piece.length));
    repeated -= piece.length - chunk.length;
    received.bytes += chunk.length;
    if (received.bytes > size) throw corrupted(digest, `it has more than the ${size} bytes that its manifest states`);
    received.hash.update(chunk);
    received.arrival.push(chunk);
    onProgress(received.bytes);
    await received.arrival.room();
    await slice.yieldWhenSpent();
  }
  report(step('Verifying Checksum'));
  const actual = received.hash.digest();
  if (actual !== digest) throw corrupted(digest, `its ${received.bytes} bytes have digest ${actual}`);
  report(step('Download complete'));
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
