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
      const streams = openStreams(session, true);
      const pid = await adopt(session, { name, ids: idsOf(streams, ({ id }) => id), keep: true }, kept.followUp);
      return kept.process(pid, streams);
    });
  } catch (error) {
    return nothingKept(error);
  }
}

/**
 * Takes over a process of an earlier host for good: from here on it is one of this channel's.
 * @returns undefined when none is kept under that name
 */
export async function takeOver(session: AgentSession, name: string): Promise<GuestProcess | undefined> {
  const streams = openStreams(session, false);
  const end = deferred<ProcessEnd | undefined>();
  const followUp: AgentFollowUp = { onExited: end.resolve, onLost: () => end.resolve(undefined) };
  try {
    const pid = await adopt(session, { name, ids: idsOf(streams, ({ id }) => id), keep: false }, followUp);
    return {
      ...processOf(pid, streams, end.promise),
      resize: async (cols, rows) => {
        await session.request({ type: 'resize', stream: streams.stdout.id, cols, rows }, 'ok');
      },
    };
  } catch (error) {
    for (const which of NAMES) session.forgetStream(streams[which].id);
    return nothingKept(error);
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
        const adopted = adopt(session, { name: this.#name, ids, keep: true }, this.followUp);
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

/** @throws `error` when it says anything else */
function nothingKept(error: unknown): undefined {
  if (isDrydockError(error, 'guest') && error.errno === ERRNO.ENOENT) return undefined;
  throw error;
}

function openStreams(session: AgentSession, kept: boolean): Required<ProcessStreams> {
  return {
    stdin: session.openStream('to-guest', kept),
    stdout: session.openStream('from-guest', kept),
    stderr: session.openStream('from-guest', kept),
    status: session.openStream('from-guest', kept),
  };
}

interface Adoption {
  readonly name: string;
  readonly ids: StreamIds;
  /** It outlives this channel, too. */
  readonly keep: boolean;
}

async function adopt(session: AgentSession, { name, ids, keep }: Adoption, followUp: AgentFollowUp): Promise<number> {
  const { pid } = await session.request({ type: 'adopt', name, ...ids, keep: keep ? 1 : 0 }, 'spawned', followUp);
  return pid;
}
