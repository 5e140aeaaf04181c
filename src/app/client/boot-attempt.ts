// A boot begins before the page is drawn, so it cannot live in a component: this keeps what it said until somebody looks.
import type { BootProgress } from '../../contracts/machine.ts';
import type { WorkerClient } from './worker-client.ts';

export class BootAttempt {
  readonly client: WorkerClient;
  /** Rejects with what the worker said, or with its fault. */
  readonly booted: Promise<void>;
  progress: BootProgress | undefined;
  onProgress: ((progress: BootProgress) => void) | undefined;

  constructor(client: WorkerClient) {
    this.client = client;
    const boot = client.surface.boot((progress) => {
      this.progress = progress;
      this.onProgress?.(progress);
    });
    this.booted = Promise.race([boot, client.fault.then((error) => Promise.reject(error))]);
    // Whoever shows the failure attaches later; until then it is not unhandled.
    this.booted.catch(() => undefined);
  }
}
