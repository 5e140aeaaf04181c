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
  const { stdio } = request;
  const stdin = stdio.stdin ? session.openStream('to-guest') : undefined;
  const stdout = session.openStream('from-guest');
  const stderr = stdio.tty ? undefined : session.openStream('from-guest');
  const status = request.status === true ? session.openStream('from-guest') : undefined;
  const end = deferred<ProcessEnd | undefined>();
  const followUp: AgentFollowUp = { onExited: end.resolve, onLost: () => end.resolve(undefined) };
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
      },
      'spawned',
      followUp,
    );
    return {
      pid,
      stdin: stdin?.writable ?? nowhere(),
      stdout: stdout.readable,
      stderr: stderr?.readable ?? nothing(),
      status: status?.readable ?? nothing(),
      end: end.promise,
      resize: async (cols, rows) => {
        await session.request({ type: 'resize', stream: stdout.id, cols, rows }, 'ok');
      },
    };
  } catch (error) {
    const reason = error instanceof DrydockError ? error : new DrydockError('internal', String(error));
    for (const stream of [stdin, stdout, stderr, status]) if (stream !== undefined) giveUp(session, stream, reason);
    throw error;
  }
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

function nowhere(): WritableStream<Uint8Array> {
  return new WritableStream();
}

function nothing(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
