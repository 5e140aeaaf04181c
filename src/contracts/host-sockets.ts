// What the engine asks of the machine's network: sockets in a network namespace of its choice.
import type { ByteDuplex } from './streams.ts';

export interface HostSockets {
  /** TCP. @throws DrydockError `guest` with the errno, `machine` when the machine was out of reach meanwhile */
  listen(place: SocketPlace, onConnection: (connection: ByteDuplex) => void): Promise<OpenSocket>;
  /**
   * UDP. @param onDatagram as many as the machine may send wait for what it returns; the kernel drops more
   * @throws DrydockError as `listen`
   */
  datagrams(place: SocketPlace, onDatagram: (datagram: Datagram) => Promise<void>): Promise<DatagramSocket>;
  /**
   * To somebody else. With UDP a piece is one datagram, in both directions.
   * @throws DrydockError as `listen`. What fails later ends the readable side
   */
  connect(protocol: 'tcp' | 'udp', place: SocketPlace): Promise<ByteDuplex>;
}

export interface SocketPlace {
  /** Path of the network namespace; the host's own when left out. */
  readonly netns?: string | undefined;
  /** Of IPv4 or IPv6; `datagrams` takes only the former. */
  readonly address: string;
  readonly port: number;
}

export interface Datagram {
  /** IPv4, 0 to 2^32 - 1. */
  readonly address: number;
  readonly port: number;
  readonly content: Uint8Array;
}

export interface OpenSocket {
  close(): void;
  /** Settles when it is closed, by us or because the machine was out of reach; `lost` in the second case. Never rejects. */
  readonly closed: Promise<'closed' | 'lost'>;
}

export interface DatagramSocket extends OpenSocket {
  /** What cannot be sent at once is lost. */
  send(datagram: Datagram): void;
}
