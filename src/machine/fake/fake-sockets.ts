// Sockets without a network: tests send to what is open, and see what was sent.
import { DrydockError } from '../../contracts/errors.ts';
import type { Datagram, DatagramSocket, HostSockets, OpenSocket, SocketPlace } from '../../contracts/host-sockets.ts';
import type { ByteDuplex } from '../../contracts/streams.ts';
import { deferred } from '../../shared/deferred.ts';
import { ERRNO } from '../errno.ts';

interface Open extends SocketPlace {
  readonly protocol: 'tcp' | 'udp';
  readonly closed: ReturnType<typeof deferred<'closed' | 'lost'>>;
  deliver(datagram: Datagram): Promise<void>;
  readonly sent: Datagram[];
}

export class FakeSockets implements HostSockets {
  /** Those that are open. */
  readonly open = new Set<Open>();
  /** Who answers at an address of the outside; nobody unless a test says so. @returns the answer to a datagram */
  readonly servers = new Map<string, (query: Uint8Array) => Uint8Array>();

  async listen(place: SocketPlace, _onConnection: (connection: ByteDuplex) => void): Promise<OpenSocket> {
    return this.#add('tcp', place, async () => undefined);
  }

  async datagrams(place: SocketPlace, onDatagram: (datagram: Datagram) => Promise<void>): Promise<DatagramSocket> {
    const { open, ...socket } = this.#add('udp', place, onDatagram);
    return { ...socket, send: (datagram) => open.sent.push(datagram) };
  }

  async connect(_protocol: 'tcp' | 'udp', { address }: SocketPlace): Promise<ByteDuplex> {
    const server = this.servers.get(address);
    if (server === undefined) {
      const message = `Cannot connect to ${address}: Network is unreachable`;
      throw new DrydockError('guest', message, { errno: ERRNO.ENETUNREACH });
    }
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, controller) => controller.enqueue(server(piece)),
    });
    return { readable, writable };
  }

  /** Sends to the UDP socket of a namespace. @returns what it answered, once it is done with it */
  async ask(netns: string, content: Uint8Array): Promise<Uint8Array | undefined> {
    const socket = [...this.open].find((one) => one.netns === netns && one.protocol === 'udp');
    if (socket === undefined) throw new DrydockError('guest', `Nobody listens in ${netns}`);
    const before = socket.sent.length;
    await socket.deliver({ address: 0x7f00_0001, port: 4000, content });
    return socket.sent[before]?.content;
  }

  /** As when the machine was out of reach. */
  loseAll(): void {
    for (const socket of [...this.open]) this.#close(socket, 'lost');
  }

  #add(protocol: Open['protocol'], place: SocketPlace, deliver: Open['deliver']) {
    const taken = [...this.open].some(
      (one) => one.protocol === protocol && one.netns === place.netns && one.port === place.port,
    );
    if (taken) throw new DrydockError('guest', `Cannot bind to port ${place.port}`, { errno: ERRNO.EADDRINUSE });
    const open: Open = { ...place, protocol, deliver, sent: [], closed: deferred<'closed' | 'lost'>() };
    this.open.add(open);
    return { open, closed: open.closed.promise, close: () => this.#close(open, 'closed') };
  }

  #close(socket: Open, how: 'closed' | 'lost'): void {
    this.open.delete(socket);
    socket.closed.resolve(how);
  }
}
