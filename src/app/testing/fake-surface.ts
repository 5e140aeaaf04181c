// A machine without a machine, for working on the page and for its unit tests: `npm run dev`, then ?fake or ?fake=<scenario>.
// Never part of the built page: main.ts imports it only while import.meta.env.DEV is true.
import { DrydockError } from '../../contracts/errors.ts';
import type { BootProgress } from '../../contracts/machine.ts';
import type { WorkerSurface } from '../../contracts/worker-surface.ts';
import { deferred } from '../../shared/deferred.ts';
import type { WorkerClient } from '../client/worker-client.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeShell } from './fake-shell.ts';

/** How each scenario's boot ends; every other name boots at once. */
const FAILURES: Readonly<Record<string, () => Error>> = {
  missing: () => new DrydockError('not-found', 'Cannot load guest/state.bin.zst: the server answered 404'),
  memory: () => new RangeError('WebAssembly.Memory(): could not allocate memory'),
  crash: () => new DrydockError('machine', 'Cannot go on in the worker: memory access out of bounds'),
  unknown: () => new Error('x is not a function'),
};

const TOTAL_BYTES = 7_340_032;

/** @param scenario `boot` stays at the download; a key of FAILURES fails */
export function startFake(scenario: string): WorkerClient {
  const fault = deferred<DrydockError>();
  return { surface: fakeSurface(scenario), fault: fault.promise, close: () => undefined };
}

export function fakeSurface(scenario = '', engine = new FakeEngine()): WorkerSurface {
  const booted = deferred<true>();
  booted.promise.catch(() => undefined);
  return {
    async boot(onProgress) {
      const tell = (phase: BootProgress['phase'], part: number) =>
        onProgress({ phase, loadedBytes: Math.round(TOTAL_BYTES * part), totalBytes: TOTAL_BYTES });
      tell('download', 0.44);
      if (scenario === 'boot') await new Promise(() => undefined);
      const failure = FAILURES[scenario];
      if (failure !== undefined) {
        booted.reject(failure());
        throw failure();
      }
      tell('restore', 1);
      tell('connect', 1);
      tell('ready', 1);
      booted.resolve(true);
    },
    async openShell(_size, onOutput, onExit) {
      await booted.promise;
      return new FakeShell(engine, onOutput, onExit);
    },
    engine: (request) => Promise.resolve(engine.answer(request)),
    watchEvents: (onEvent) => Promise.resolve(engine.watch(onEvent)),
  };
}
