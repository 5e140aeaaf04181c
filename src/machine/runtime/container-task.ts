// A container's process behind the shim: the shim reports on its fd 3, in JSON lines, what becomes of it.
import { DrydockError } from '../../contracts/errors.ts';
import type { Task, TaskExit } from '../../contracts/runtime.ts';
import { deferred } from '../../shared/deferred.ts';
import { readLines } from '../../shared/read-lines.ts';
import { exitCodeOf } from './guest-process.ts';
import type { GuestProcess } from './guest-process.ts';

/** A line of the shim's. */
interface ShimEvent {
  readonly event?: unknown;
  readonly pid?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly signal?: unknown;
  readonly oomKilled?: unknown;
}

/**
 * Resolves once the container's process runs.
 * @param sendSignal to a process of the host
 * @throws DrydockError `guest` with the runtime's words, when it could not start
 */
export async function followShim(
  process: GuestProcess,
  sendSignal: (pid: number, signal: number) => Promise<void>,
): Promise<Task> {
  const started = deferred<number>();
  let exit: TaskExit | undefined;

  const take = (line: string): void => {
    const event = parse(line);
    if (event.event === 'started') started.resolve(numberOf(event.pid));
    if (event.event === 'error') started.reject(new DrydockError('guest', String(event.message)));
    if (event.event === 'exit') {
      const end = { code: numberOf(event.code), signal: numberOf(event.signal) };
      exit = { exitCode: exitCodeOf(end), oomKilled: event.oomKilled === true };
    }
  };
  const exited = (async (): Promise<TaskExit> => {
    try {
      for await (const line of readLines(process.status)) take(line);
    } catch {
      // The channel broke, and nobody will ever say more.
      started.reject(new DrydockError('machine', "Cannot start the container: lost the guest's agent"));
    }
    const end = await process.end;
    started.reject(
      new DrydockError('guest', `The container's shim ended (${exitCodeOf(end)}) before it started anything`),
    );
    return exit ?? { exitCode: exitCodeOf(end), oomKilled: false };
  })();

  const pid = await started.promise;
  return {
    pid,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    resize: process.resize,
    signal: (signal) => sendSignal(pid, signal),
    exited,
  };
}

function parse(line: string): ShimEvent {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return { event: 'error', message: line };
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
