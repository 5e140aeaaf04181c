// Internet sockets of the guest. They end with the agent's channel: whoever needs one goes on by opening it again.
import { INET_PROTOCOL } from '../../contracts/agent-protocol.ts';
import { isDrydockError } from '../../contracts/errors.ts';
import type { Datagram, DatagramSocket, HostSockets, OpenSocket, SocketPlace } from '../../contracts/host-sockets.ts';
import type { ByteDuplex } from '../../contracts/streams.ts';
import { deferred } from '../../shared/deferred.ts';
import type { AgentFollowUp, AgentSession } from '../agent/agent-session.ts';
import type { AgentCalls } from './agent-calls.ts';

export class GuestSockets implements HostSockets {
  readonly #calls: AgentCalls;

  constructor(calls: AgentCalls) {
    this.#calls = calls;
  }

  listen(place: SocketPlace, onConnection: (connection: ByteDuplex) => void): Promise<OpenSocket> {
    return this.#calls.withSession(async (session) => {
      const closed = deferred<'closed' | 'lost'>();
      const followUp: AgentFollowUp = { onAccepted: onConnection, onLost: () => closed.resolve('lost') };
      await session.request({ type: 'listenInet', ...placeOf(place) }, 'ok', followUp);
      return {
        closed: closed.promise,
        close: () => {
          closed.resolve('closed');
          unlisten(session, followUp);
        },
      };
    });
  }

  datagrams(place: SocketPlace, onDatagram: (datagram: Datagram) => Promise<void>): Promise<DatagramSocket> {
    return this.#calls.withSession(async (session) => {
      const socket = session.openDatagrams(onDatagram);
      try {
        await session.request({ type: 'datagrams', ...placeOf(place), stream: socket.id }, 'ok');
      } catch (error) {
        // The guest never opened it: there is nobody to tell.
        socket.onLost();
        throw error;
      }
      return socket;
    });
  }

  connect(protocol: 'tcp' | 'udp', place: SocketPlace): Promise<ByteDuplex> {
    return this.#calls.withSession(async (session) => {
      const stream = session.openStream('both');
      try {
        const body = { protocol: INET_PROTOCOL[protocol], ...placeOf(place), stream: stream.id };
        await session.request({ type: 'connectInet', ...body }, 'ok');
      } catch (error) {
        if (isDrydockError(error)) stream.fail(error);
        session.forgetStream(stream.id);
        throw error;
      }
      return stream;
    });
  }
}

function placeOf({ netns = '', address, port }: SocketPlace) {
  return { netns, address, port };
}

/** Not waited for; a channel that broke meanwhile ended it as well. */
function unlisten(session: AgentSession, followUp: AgentFollowUp): void {
  const listener = session.unfollow(followUp);
  if (listener === undefined) return;
  session.request({ type: 'unlisten', listener }, 'ok').catch(() => undefined);
}
