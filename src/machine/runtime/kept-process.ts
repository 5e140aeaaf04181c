// A process of the guest that outlives the agent's channel. When the channel breaks its streams wait, and on the next one they
// go on where they were; a machine that was restored takes over what ran when it was saved.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { deferred } from '../../shared/deferred.ts';
import type { AgentFollowUp, AgentSession, ProcessEnd } from '../agent/agent-session.ts';
import type { AgentStream } from '../agent/agent-stream.ts';
import { ERRNO } from '../errno.ts';
import type { AgentCalls } from './agent-calls.ts';
import { processOf, spawnProcess } from './guest-process.ts';
import type { GuestProcess, ProcessRequest, ProcessStreams } from './guest-process.ts';

const NAMES = ['stdin', 'stdout', 'stderr', 'status'] as const;

interface KeptRequest extends ProcessRequest {
  readonly keep: string;
}

/** In this turn when there is a session. @throws DrydockError `guest` with the errno of exec(2) */
export async function startKept(calls: AgentCalls, request: KeptRequest): Promise<GuestProcess> {
  const kept = new Kept(calls, request.keep);
  const { pid, streams } = await calls.withSession((session) => spawnProcess(session, request, kept.followUp));
  return kept.process(pid, streams);
}

/** Takes over a process of an earlier host. @returns undefined when none is kept under that name */
export async function adoptKept(calls: AgentCalls, name: string): Promise<GuestProcess | undefined> {
  const kept = new Kept(calls, name);
  try {
    return await calls.withSession(async (session) => {
      const streams: ProcessStreams = {
        stdin: session.openStream('to-guest', true),
        stdout: session.openStream('from-guest', true),
        stderr: session.openStream('from-guest', true),
        status: session.openStream('from-guest', true),
      };
      const ids = idsOf(streams, ({ id }) => id);
      const pid = await adopt(session, name, ids, kept.followUp);
      return kept.process(pid, streams);
    });
  } catch (error) {
    if (isDrydockError(error, 'guest') && error.errno === ERRNO.ENOENT) return undefined;
    throw error;
  }
}

class Kept {
  readonly #calls: AgentCalls;
  readonly #name: string;
  readonly #end = deferred<ProcessEnd | undefined>();
  #streams: ProcessStreams | undefined;
  #losses = 0;
  readonly followUp: AgentFollowUp = {
    onExited: this.#end.resolve,
    onLost: () => {
      this.#losses++;
      // The session that ended is the current one until this turn is over.
      queueMicrotask(() => this.#goOn());
    },
  };

  constructor(calls: AgentCalls, name: string) {
    this.#calls = calls;
    this.#name = name;
  }

  process(pid: number, streams: ProcessStreams): GuestProcess {
    this.#streams = streams;
    return {
      ...processOf(pid, streams, this.#end.promise),
      resize: (cols, rows) => this.#calls.do({ type: 'resize', stream: streams.stdout.id, cols, rows }),
    };
  }

  #goOn(): void {
    const streams = this.#streams;
    // Lost before it was started: whoever starts it was told.
    if (streams === undefined) return;
    const losses = this.#losses;
    this.#calls
      .withSession(async (session) => {
        const ids = idsOf(streams, () => session.newStreamId());
        const adopted = adopt(session, this.#name, ids, this.followUp);
        for (const which of NAMES) {
          const stream = streams[which];
          if (stream !== undefined) session.takeStream(stream, ids[which]);
        }
        await adopted;
      })
      .catch((error: unknown) => {
        // The channel broke again, and the next try is under way.
        if (this.#losses !== losses) return;
        const reason = error instanceof DrydockError ? error : new DrydockError('internal', String(error));
        for (const which of NAMES) streams[which]?.fail(reason);
        this.#end.resolve(undefined);
      });
  }
}

type StreamIds = Readonly<Record<(typeof NAMES)[number], number>>;

function idsOf({ stdin, stdout, stderr, status }: ProcessStreams, idOf: (stream: AgentStream) => number): StreamIds {
  const id = (stream: AgentStream | undefined): number => (stream === undefined ? 0 : idOf(stream));
  return { stdin: id(stdin), stdout: id(stdout), stderr: id(stderr), status: id(status) };
}

async function adopt(session: AgentSession, name: string, ids: StreamIds, followUp: AgentFollowUp): Promise<number> {
  const { pid } = await session.request({ type: 'adopt', name, ...ids }, 'spawned', followUp);
  return pid;
}
