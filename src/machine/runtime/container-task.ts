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
  readonly timeMs?: unknown;
}

export interface FollowOptions {
  /** To a process of the host. */
  readonly sendSignal: (pid: number, signal: number) => Promise<void>;
  /** Of the container's process, when an earlier host was told that it started. */
  readonly pid?: number | undefined;
  /** The container is there, with its first process; the shim waits for a signal. */
  readonly onCreated?: ((pid: number) => void) | undefined;
  /** The shim was killed: ends what it leaves behind. */
  readonly cleanUp?: () => Promise<TaskExit>;
}

/**
 * Resolves once the container's process runs.
 * @throws DrydockError `guest` with the runtime's words, when it could not start
 */
export async function followShim(process: GuestProcess, options: FollowOptions): Promise<Task> {
  const { sendSignal, cleanUp } = options;
  const started = deferred<number>();
  if (options.pid !== undefined) started.resolve(options.pid);
  let exit: TaskExit | undefined;

  const take = (line: string): void => {
    const event = parse(line);
    if (event.event === 'created') options.onCreated?.(numberOf(event.pid));
    if (event.event === 'started') started.resolve(numberOf(event.pid));
    if (event.event === 'error') started.reject(new DrydockError('guest', String(event.message)));
    if (event.event === 'exit') exit = exitOf(event, options.pid !== undefined);
  };
  const exited = (async (): Promise<TaskExit> => {
    try {
      for await (const line of readLines(process.status)) take(line);
    } catch {
      // The channel broke, and nobody will ever say more.
      started.reject(new DrydockError('machine', "Cannot start the container: lost the guest's agent"));
    }
    const end = await process.end;
    const failure = `The container's shim ended (${exitCodeOf(end)}) before it started anything`;
    started.reject(new DrydockError('guest', failure));
    if (exit !== undefined) return exit;
    if (end !== undefined && cleanUp !== undefined) return cleanUp().catch(() => killed);
    return { exitCode: exitCodeOf(end), oomKilled: false };
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

/** What Docker reports of a container whose shim was killed. */
const killed: TaskExit = { exitCode: 137, oomKilled: false };

/** The line that a shim kept of a container that is gone. @returns undefined when it is not one */
export function keptExit(line: string): TaskExit | undefined {
  const event = parse(line);
  return event.event === 'exit' ? exitOf(event, true) : undefined;
}

/** @param timed the guest's clock says when; otherwise it is now */
function exitOf(event: ShimEvent, timed: boolean): TaskExit {
  const end = { code: numberOf(event.code), signal: numberOf(event.signal) };
  const endedMs = timed ? numberOf(event.timeMs) : Date.now();
  return { exitCode: exitCodeOf(end), oomKilled: event.oomKilled === true, endedMs };
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
