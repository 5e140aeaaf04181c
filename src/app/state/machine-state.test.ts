import { describe, expect, it } from 'vitest';
import { DrydockError } from '../../contracts/errors.ts';
import type { WorkerSurface } from '../../contracts/worker-surface.ts';
import { deferred } from '../../shared/deferred.ts';
import { BootAttempt } from '../client/boot-attempt.ts';
import { fakeSurface } from '../testing/fake-surface.ts';
import { MachineState } from './machine-state.svelte.ts';

function client(scenario = '') {
  const fault = deferred<DrydockError>();
  const surface = fakeSurface(scenario);
  let closed = false;
  return { surface, fault: fault.promise, close: () => (closed = true), crash: fault.resolve, isClosed: () => closed };
}

function machine(...clients: ReturnType<typeof client>[]) {
  const rest = [...clients];
  const begin = () => {
    const next = rest.shift();
    if (next === undefined) throw new Error('booted once too often');
    return new BootAttempt(next);
  };
  const state = new MachineState(begin(), begin, () => ({ online: true, webAssembly: true }));
  const ready: { surface: WorkerSurface; signal: AbortSignal }[] = [];
  const becameReady = [deferred<true>(), deferred<true>()];
  state.onReady((surface, signal) => {
    ready.push({ surface, signal });
    becameReady[ready.length - 1]?.resolve(true);
  });
  return { state, ready, becameReady: becameReady.map(({ promise }) => promise) };
}

describe('MachineState', () => {
  it('shows progress that came before anybody looked', () => {
    const { state } = machine(client('boot'));
    void state.start();
    expect(state.status).toMatchObject({ kind: 'booting', progress: { phase: 'download', totalBytes: 7_340_032 } });
  });

  it('tells at once whose boot begins, and that it is gone when it failed', async () => {
    const [bad, good] = [client('missing'), client('boot')];
    const { state } = machine(bad, good);
    const begun: { surface: WorkerSurface; signal: AbortSignal }[] = [];
    state.onBegin((surface, signal) => begun.push({ surface, signal }));
    const failed = state.start();
    expect(begun).toMatchObject([{ surface: bad.surface, signal: { aborted: false } }]);
    await failed;
    expect(begun[0]?.signal.aborted).toBe(true);
    void state.retry();
    expect(begun).toMatchObject([{}, { surface: good.surface, signal: { aborted: false } }]);
  });

  it('tells when it is ready', async () => {
    const first = client();
    const { state, ready, becameReady } = machine(first);
    void state.start();
    await becameReady[0];
    expect(state.status).toEqual({ kind: 'ready' });
    expect(ready).toMatchObject([{ surface: first.surface }]);
  });

  it('shows why a boot failed, and boots another machine on retry', async () => {
    const [bad, good] = [client('missing'), client()];
    const { state, becameReady } = machine(bad, good);
    await state.start();
    expect(state.status).toMatchObject({ kind: 'failed', failure: { kind: 'missing-file' } });
    expect(bad.isClosed()).toBe(true);
    void state.retry();
    await becameReady[0];
    expect(state.status).toEqual({ kind: 'ready' });
    expect(good.isClosed()).toBe(false);
  });

  it('notices when the worker is lost, before and after it was ready', async () => {
    const early = client('boot');
    const waiting = machine(early);
    const failed = waiting.state.start();
    early.crash(new DrydockError('machine', 'Cannot go on in the worker: x'));
    await failed;
    expect(waiting.state.status).toMatchObject({ kind: 'failed', failure: { kind: 'crashed' } });

    const late = client();
    const { state, ready, becameReady } = machine(late);
    const ended = state.start();
    await becameReady[0];
    late.crash(new DrydockError('machine', 'Cannot go on in the worker: x'));
    await ended;
    expect(state.status).toMatchObject({ kind: 'failed', failure: { kind: 'crashed' } });
    expect(ready[0]?.signal.aborted).toBe(true);
  });
});
