// A process of the guest as the agent runs it: streams, terminal, signals and its end.
import { TERMINAL } from '../../contracts/agent-protocol.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { StdioRequest } from '../../contracts/runtime.ts';
import { deferred } from '../../shared/deferred.ts';
import type { AgentFollowUp, AgentSession, ProcessEnd } from '../agent/agent-session.ts';
import type { AgentStream } from '../agent/agent-stream.ts';

export interface ProcessRequest {
  readonly argv: readonly string[];
  /** NAME=value. */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly stdio: StdioRequest;
  /** The terminal's master comes from this unix socket (an OCI runtime's --console-socket). */
  readonly consoleSocket?: string;
  /** The process writes to its fd 3. */
  readonly status?: boolean;
  /** Under this name it outlives the channel (kept-process.ts). */
  readonly keep?: string;
}

/** Those of a process's streams that it has. */
export interface ProcessStreams {
  readonly stdin?: AgentStream;
  readonly stdout: AgentStream;
  readonly stderr?: AgentStream;
  readonly status?: AgentStream;
}

export interface GuestProcess {
  readonly pid: number;
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** What it writes to fd 3; empty when it was not asked for. */
  readonly status: ReadableStream<Uint8Array>;
  /** undefined when the channel broke before the end was known. Never rejects. */
  readonly end: Promise<ProcessEnd | undefined>;
  resize(cols: number, rows: number): Promise<void>;
}

/** One request; everything it names travels in it. @throws DrydockError `guest` with the errno of exec(2) */
export async function startProcess(session: AgentSession, request: ProcessRequest): Promise<GuestProcess> {
  const end = deferred<ProcessEnd | undefined>();
  const followUp: AgentFollowUp = { onExited: end.resolve, onLost: () => end.resolve(undefined) };
  const { pid, streams } = await spawnProcess(session, request, followUp);
  return {
    ...processOf(pid, streams, end.promise),
    resize: async (cols, rows) => {
      await session.request({ type: 'resize', stream: streams.stdout.id, cols, rows }, 'ok');
    },
  };
}

/** As `startProcess`, for a caller who follows the process himself. */
export async function spawnProcess(
  session: AgentSession,
  request: ProcessRequest,
  followUp: AgentFollowUp,
): Promise<{ pid: number; streams: ProcessStreams }> {
  const { stdio, keep = '' } = request;
  const kept = keep !== '';
  const stdin = stdio.stdin ? session.openStream('to-guest', kept) : undefined;
  const stdout = session.openStream('from-guest', kept);
  const stderr = stdio.tty ? undefined : session.openStream('from-guest', kept);
  const status = request.status === true ? session.openStream('from-guest', kept) : undefined;
  try {
    const { pid } = await session.request(
      {
        type: 'spawn',
        argv: request.argv,
        env: request.env,
        cwd: request.cwd,
        terminal: terminalOf(request),
        cols: stdio.cols ?? 80,
        rows: stdio.rows ?? 24,
        console: request.consoleSocket ?? '',
        stdin: stdin?.id ?? 0,
        stdout: stdout.id,
        stderr: stderr?.id ?? 0,
        status: status?.id ?? 0,
        keep,
      },
      'spawned',
      followUp,
    );
    return { pid, streams: { stdout, ...(stdin && { stdin }), ...(stderr && { stderr }), ...(status && { status }) } };
  } catch (error) {
    const reason = error instanceof DrydockError ? error : new DrydockError('internal', String(error));
    for (const stream of [stdin, stdout, stderr, status]) if (stream !== undefined) giveUp(session, stream, reason);
    throw error;
  }
}

/** Everything of a process but how its terminal is resized. */
export function processOf(
  pid: number,
  { stdin, stdout, stderr, status }: ProcessStreams,
  end: GuestProcess['end'],
): Omit<GuestProcess, 'resize'> {
  return {
    pid,
    stdin: stdin?.writable ?? nowhere(),
    stdout: stdout.readable,
    stderr: stderr?.readable ?? nothing(),
    status: status?.readable ?? nothing(),
    end,
  };
}

/** What exit code Docker reports for it. */
export function exitCodeOf(end: ProcessEnd | undefined): number {
  if (end === undefined) return 255;
  return end.signal === 0 ? end.code : 128 + end.signal;
}

function terminalOf({ stdio, consoleSocket }: ProcessRequest): number {
  if (!stdio.tty) return TERMINAL.none;
  return consoleSocket === undefined ? TERMINAL.pty : TERMINAL.consoleSocket;
}

// The agent never opened it: there is nobody to tell.
function giveUp(session: AgentSession, stream: AgentStream, reason: DrydockError): void {
  stream.fail(reason);
  session.forgetStream(stream.id);
}

export function nowhere(): WritableStream<Uint8Array> {
  return new WritableStream();
}

export function nothing(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
