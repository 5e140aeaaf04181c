// A unix socket of the guest as a stream of connections; it listens again when the agent's channel had to be reopened.
import { isDrydockError } from '../../contracts/errors.ts';
import type { ByteDuplex } from '../../contracts/streams.ts';
import type { AgentFollowUp } from '../agent/agent-session.ts';
import type { AgentCalls } from './agent-calls.ts';

export interface ListenRequest {
  readonly path: string;
  readonly mode: number;
  readonly signal: AbortSignal;
}

/** @throws DrydockError `guest` when the guest refuses the socket */
export async function* listenInGuest(
  calls: AgentCalls,
  { path, mode, signal }: ListenRequest,
): AsyncGenerator<ByteDuplex> {
  const waiting: ByteDuplex[] = [];
  let lost = false;
  let wake: () => void = () => undefined;
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  const followUp: AgentFollowUp = {
    onAccepted: (stream) => {
      waiting.push(stream);
      wake();
    },
    onLost: () => {
      lost = true;
      wake();
    },
  };
  try {
    while (!signal.aborted) {
      lost = false;
      try {
        await calls.ask({ type: 'listen', path, mode }, 'ok', followUp);
      } catch (error) {
        if (isDrydockError(error, 'machine') && lost) continue;
        throw error;
      }
      while (!signal.aborted && !lost) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    if (!lost) await unlisten(calls, followUp);
  }
}

async function unlisten(calls: AgentCalls, followUp: AgentFollowUp): Promise<void> {
  try {
    await calls.withSession(async (session) => {
      const listener = session.unfollow(followUp);
      if (listener !== undefined) await session.request({ type: 'unlisten', listener }, 'ok');
    });
  } catch (error) {
    if (!isDrydockError(error, 'machine', 'guest')) throw error;
  }
}
