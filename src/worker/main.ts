// The worker's entry, kept small: the downloads start, then the engine's code is loaded beside them. Below is the short list of
// what the page may ask.
import * as Comlink from 'comlink';
import type { Drydock } from '../compose/create-drydock.ts';
import { keepErrorCodes } from '../contracts/comlink-errors.ts';
import { DrydockError } from '../contracts/errors.ts';
import type { Machine } from '../contracts/machine.ts';
import type { WorkerSurface } from '../contracts/worker-surface.ts';
import { deferred } from '../shared/deferred.ts';
import { EarlyDownloads } from './early-downloads.ts';
import { askEngine, followEvents } from './engine-requests.ts';
import { openShell } from './shell-handle.ts';

/** Worker and page are built into <site>/assets/; the guest and the images lie beside it. The dev server has no such folder. */
const site = new URL(import.meta.env.DEV ? '/' : '../', self.location.href);
const downloads = new EarlyDownloads(new URL('guest/', site));
const engineCode = import('./start-in-browser.ts');

const machine = deferred<Machine>();
const drydock = deferred<Drydock>();
// A failed boot is told to whoever called `boot`; the others only wait.
for (const { promise } of [machine, drydock]) promise.catch(() => undefined);
let booted = false;

const surface: WorkerSurface = {
  async boot(onProgress) {
    if (booted) throw new DrydockError('conflict', 'Cannot boot twice in one worker');
    booted = true;
    try {
      const { startInBrowser } = await engineCode;
      const started = startInBrowser({ site, downloads, onProgress, onMachine: machine.resolve });
      started.then(drydock.resolve, drydock.reject);
      // The engine follows: whoever asks it waits for it.
      await Promise.race([machine.promise, started]);
    } catch (error) {
      for (const waiting of [machine, drydock]) waiting.reject(error);
      throw error;
    }
  },
  async openShell(size, onOutput, onExit) {
    return Comlink.proxy(await openShell(await machine.promise, size, onOutput, onExit));
  },
  async engine(request) {
    return askEngine((await drydock.promise).engine, request);
  },
  async watchEvents(onEvent) {
    return Comlink.proxy(await followEvents((await drydock.promise).engine, onEvent));
  },
};

keepErrorCodes(Comlink.transferHandlers);
Comlink.expose(surface);
