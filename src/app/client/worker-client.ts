// The worker as the page sees it: its listed surface, and the news that it is gone.
import * as Comlink from 'comlink';
import { keepErrorCodes } from '../../contracts/comlink-errors.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { WorkerSurface } from '../../contracts/worker-surface.ts';
import { deferred } from '../../shared/deferred.ts';

keepErrorCodes(Comlink.transferHandlers);

export interface WorkerClient {
  readonly surface: WorkerSurface;
  /** Settles, with the reason, when the worker cannot go on. Never rejects. */
  readonly fault: Promise<DrydockError>;
  /** Ends the worker and all it holds. */
  close(): void;
}

export function startWorker(): WorkerClient {
  const worker = new Worker(new URL('../../worker/main.ts', import.meta.url), { type: 'module', name: 'drydock' });
  const fault = deferred<DrydockError>();
  worker.addEventListener('error', (event) => {
    // Without a message the script itself did not load.
    fault.resolve(
      event.message
        ? new DrydockError('machine', `Cannot go on in the worker: ${event.message}`)
        : new DrydockError('unavailable', "Cannot load the worker's script"),
    );
  });
  worker.addEventListener('messageerror', () =>
    fault.resolve(new DrydockError('machine', 'Cannot read a message of the worker')),
  );
  return {
    surface: withProxiedCallbacks(Comlink.wrap<WorkerSurface>(worker)),
    fault: fault.promise,
    close: () => worker.terminate(),
  };
}

/** Functions cannot be cloned to a worker: each callback becomes a proxy here, so that nobody else has to know. */
export function withProxiedCallbacks(remote: Comlink.Remote<WorkerSurface>): WorkerSurface {
  return {
    boot: (onProgress) => remote.boot(Comlink.proxy(onProgress)),
    openShell: (size, onOutput, onExit) => remote.openShell(size, Comlink.proxy(onOutput), Comlink.proxy(onExit)),
    engine: (request) => remote.engine(request),
    watchEvents: (onEvent) => remote.watchEvents(Comlink.proxy(onEvent)),
  };
}
