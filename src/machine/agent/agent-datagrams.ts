// A UDP socket of the agent's: datagrams both ways, and credit for those that somebody is done with.
import { DATAGRAM_OVERHEAD_BYTES, STREAM_WINDOW_BYTES } from '../../contracts/agent-protocol.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { Datagram, DatagramSocket } from '../../contracts/host-sockets.ts';
import { deferred } from '../../shared/deferred.ts';
import type { AgentStreamLink } from './agent-stream.ts';

const CREDIT_STEP_BYTES = STREAM_WINDOW_BYTES / 8;

export class AgentDatagrams implements DatagramSocket {
  readonly id: number;
  readonly #link: AgentStreamLink;
  readonly #onDatagram: (datagram: Datagram) => Promise<void>;
  readonly #closed = deferred<'closed' | 'lost'>();
  #windowBytes = STREAM_WINDOW_BYTES;
  #doneBytes = 0;
  #over = false;

  /** @param onDatagram never rejects */
  constructor(id: number, link: AgentStreamLink, onDatagram: (datagram: Datagram) => Promise<void>) {
    this.id = id;
    this.#link = link;
    this.#onDatagram = onDatagram;
  }

  get closed(): Promise<'closed' | 'lost'> {
    return this.#closed.promise;
  }

  send({ address, port, content }: Datagram): void {
    if (!this.#over) this.#link.send({ type: 'datagram', id: this.id, address, port, content });
  }

  close(): void {
    if (this.#over) return;
    this.#link.send({ type: 'reset', id: this.id, errno: 0 });
    this.#end('closed');
  }

  /** @throws DrydockError `data-loss` when the guest sent more than it may */
  onDatagram(datagram: Datagram): void {
    if (this.#over) return;
    const bytes = datagram.content.length + DATAGRAM_OVERHEAD_BYTES;
    this.#windowBytes -= bytes;
    if (this.#windowBytes < 0) {
      throw new DrydockError('data-loss', `Cannot take ${bytes} bytes on socket ${this.id}: beyond its window`);
    }
    void this.#onDatagram(datagram).then(() => this.#credit(bytes));
  }

  /** The guest gave it up, or the channel is gone. */
  onLost(): void {
    this.#end('lost');
  }

  #credit(bytes: number): void {
    this.#doneBytes += bytes;
    if (this.#over || this.#doneBytes < CREDIT_STEP_BYTES) return;
    this.#link.send({ type: 'credit', id: this.id, bytes: this.#doneBytes });
    this.#windowBytes += this.#doneBytes;
    this.#doneBytes = 0;
  }

  #end(how: 'closed' | 'lost'): void {
    if (this.#over) return;
    this.#over = true;
    this.#link.forget(this.id);
    this.#closed.resolve(how);
  }
}
