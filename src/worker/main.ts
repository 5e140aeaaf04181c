// The worker's entry: one Drydock, and the short list of what the page may ask of it.
import * as Comlink from 'comlink';
import { keepErrorCodes } from '../contracts/comlink-errors.ts';
import type { Drydock } from '../compose/create-drydock.ts';
import { createDrydock } from '../compose/create-drydock.ts';
import { DrydockError } from '../contracts/errors.ts';
import type { WorkerSurface } from '../contracts/worker-surface.ts';
import { MemoryBlobStore } from '../engine/blob/memory-blob-store.ts';
import { deferred } from '../shared/deferred.ts';
import { askEngine, followEvents } from './engine-requests.ts';
import { FetchedGuestFiles } from './fetched-guest-files.ts';
import { openShell } from './shell-handle.ts';

const drydock = deferred<Drydock>();
// A failed boot is told to whoever called `boot`; the others only wait.
drydock.promise.catch(() => undefined);
let booted = false;

/** Worker and page are built into <site>/assets/; the guest and the images lie beside it. The dev server has no such folder. */
const site = new URL(import.meta.env.DEV ? '/' : '../', self.location.href);
const guest = new URL('guest/', site);

const surface: WorkerSurface = {
  async boot(onProgress) {
    if (booted) throw new DrydockError('conflict', 'Cannot boot twice in one worker');
    booted = true;
    try {
      drydock.resolve(
        await createDrydock({
          guest: new FetchedGuestFiles(guest),
          blobs: new MemoryBlobStore(),
          fetch: (input, init) => fetch(input, init),
          defaultRegistry: new URL('v2/', site),
          wasm: { url: new URL('v86.wasm', guest).href },
          onProgress: (progress) => onProgress(progress),
          onLog: (line) => console.warn(`drydock: ${line}`),
        }),
      );
    } catch (error) {
      drydock.reject(error);
      throw error;
    }
  },
  async openShell(size, onOutput, onExit) {
    return Comlink.proxy(await openShell(await drydock.promise, size, onOutput, onExit));
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
