// One open agent channel: frames in and out, requests by id, streams by number. When the channel breaks, everything that
// waited for it is told; the next channel is a new session.
import { AGENT_MESSAGES, AGENT_PROTOCOL_VERSION, AGENT_STREAM_BIT } from '../../contracts/agent-protocol.ts';
import type { AgentMessage } from '../../contracts/agent-protocol.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { FrameDecoder, encodeFrame } from '../../contracts/frame-codec.ts';
import type { Datagram } from '../../contracts/host-sockets.ts';
import type { Channel } from '../p9/p9-channel.ts';
import { AgentDatagrams } from './agent-datagrams.ts';
import { AgentStream } from './agent-stream.ts';
import type { AgentStreamLink, StreamDirections } from './agent-stream.ts';

type WithoutId<Message> = Message extends unknown ? Omit<Message, 'id'> : never;
export type AgentRequest = WithoutId<
  Extract<
    AgentMessage,
    | {
        type:
          | 'hello'
          | 'suspend'
          | 'release'
          | 'spawn'
          | 'signal'
          | 'resize'
          | 'mkdir'
          | 'write'
          | 'read'
          | 'stat'
          | 'list'
          | 'remove';
      }
    | { type: 'mount' | 'umount' | 'listen' | 'unlisten' | 'symlink' | 'rename' | 'chown' | 'idmap' | 'kept' | 'adopt' }
    | { type: 'netlink' | 'listenInet' | 'connectInet' | 'datagrams' }
  >
>;
type ReplyType = 'ok' | 'spawned' | 'content' | 'names' | 'attributes';
export type AgentReply<Type extends ReplyType> = Extract<AgentMessage, { type: Type }>;

/** How a process ended, as wait(2) says it. `code` is 0 when `signal` is not. */
export interface ProcessEnd {
  readonly code: number;
  readonly signal: number;
}

/** What may follow the reply to a request, for as long as the session lives. */
export interface AgentFollowUp {
  onExited?(end: ProcessEnd): void;
  onAccepted?(stream: AgentStream): void;
  /** The session ended before an `exited`. */
  onLost?(error: DrydockError): void;
}

interface Waiting {
  readonly expected: ReplyType;
  readonly resolve: (reply: AgentMessage) => void;
  readonly reject: (error: DrydockError) => void;
}

export class AgentSession {
  readonly #channel: Channel;
  readonly #log: (line: string) => void;
  readonly #onEnd: (error: DrydockError) => void;
  readonly #decoder = new FrameDecoder(AGENT_MESSAGES);
  readonly #waiting = new Map<number, Waiting>();
  readonly #followUps = new Map<number, AgentFollowUp>();
  readonly #streams = new Map<number, AgentStream>();
  readonly #sockets = new Map<number, AgentDatagrams>();
  /** Streams that outlive this session. */
  readonly #kept = new WeakSet<AgentStream>();
  readonly #link: AgentStreamLink = {
    send: (message) => this.#send(message),
    forget: (number) => {
      this.#streams.delete(number);
      this.#sockets.delete(number);
    },
  };
  #lastId = 0;
  #ended: DrydockError | undefined;

  /** @param onEnd called once, with the reason */
  constructor(channel: Channel, log: (line: string) => void, onEnd: (error: DrydockError) => void) {
    this.#channel = channel;
    this.#log = log;
    this.#onEnd = onEnd;
    channel.events = {
      onData: (bytes) => this.#receive(bytes),
      onClose: () => this.#end('the guest closed its channel'),
    };
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Sets the guest's clock and gives it entropy of its own: after a restore it has neither. */
  async greet(): Promise<void> {
    const entropy = crypto.getRandomValues(new Uint8Array(64));
    await this.request({ type: 'hello', version: AGENT_PROTOCOL_VERSION, timeNs: Date.now() * 1e6, entropy }, 'ok');
  }

  /** @throws DrydockError `guest` with the errno when the guest refused, `machine` when the channel broke */
  request<Type extends ReplyType>(
    body: AgentRequest,
    expected: Type,
    followUp?: AgentFollowUp,
  ): Promise<AgentReply<Type>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId((candidate) => this.#waiting.has(candidate) || this.#followUps.has(candidate));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { expected, resolve: (reply) => resolve(reply as AgentReply<Type>), reject });
      if (followUp !== undefined) this.#followUps.set(id, followUp);
      try {
        this.#send({ ...body, id });
      } catch (error) {
        this.#waiting.delete(id);
        this.#followUps.delete(id);
        reject(error instanceof Error ? error : new DrydockError('internal', String(error)));
      }
    });
  }

  /** Listens for follow-ups no more. @param followUp as given to `request` */
  unfollow(followUp: AgentFollowUp): number | undefined {
    for (const [id, known] of this.#followUps) {
      if (known !== followUp) continue;
      this.#followUps.delete(id);
      return id;
    }
    return undefined;
  }

  /**
   * A stream with a number of ours, for a request to name.
   * @param kept of a process that is kept: it waits for another session when this one ends
   */
  openStream(directions: StreamDirections, kept = false): AgentStream {
    const stream = this.#addStream(this.newStreamId(), directions);
    if (kept) this.#kept.add(stream);
    return stream;
  }

  /** A UDP socket with a number of ours, for a request to name. @param onDatagram never rejects */
  openDatagrams(onDatagram: (datagram: Datagram) => Promise<void>): AgentDatagrams {
    const socket = new AgentDatagrams(this.newStreamId(), this.#link, onDatagram);
    this.#sockets.set(socket.id, socket);
    return socket;
  }

  /** Kept streams say no more: the guest is about to close the channel. */
  detachKept(): void {
    for (const stream of this.#streams.values()) if (this.#kept.has(stream)) stream.detach();
  }

  newStreamId(): number {
    return this.#nextId((candidate) => this.#streams.has(candidate) || this.#sockets.has(candidate));
  }

  /** Goes on with a kept stream of an earlier session. The request that names `id` was sent. */
  takeStream(stream: AgentStream, id: number): void {
    if (this.#ended !== undefined) return;
    if (!stream.isOver) this.#streams.set(id, stream);
    this.#kept.add(stream);
    stream.attach(id, this.#link);
  }

  /** Of a stream that the guest never heard of, since the request that named it was refused. */
  forgetStream(id: number): void {
    this.#streams.delete(id);
  }

  /** Breaks the session off; the guest opens its channel again. */
  close(reason: string): void {
    this.#end(reason);
  }

  #addStream(id: number, directions: StreamDirections): AgentStream {
    const stream = new AgentStream(id, directions, this.#link);
    this.#streams.set(id, stream);
    if (this.#ended !== undefined) stream.fail(this.#ended);
    return stream;
  }

  #nextId(taken: (candidate: number) => boolean): number {
    do this.#lastId = this.#lastId >= AGENT_STREAM_BIT - 1 ? 1 : this.#lastId + 1;
    while (taken(this.#lastId));
    return this.#lastId;
  }

  #send(message: AgentMessage): void {
    this.#channel.send(encodeFrame(AGENT_MESSAGES, message));
  }

  #receive(bytes: Uint8Array): void {
    try {
      for (const message of this.#decoder.push(bytes)) this.#take(message);
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #take(message: AgentMessage): void {
    switch (message.type) {
      case 'data':
        return this.#streams.get(message.id)?.onData(message.content);
      case 'credit':
        return this.#streams.get(message.id)?.onCredit(message.bytes);
      case 'end':
        return this.#streams.get(message.id)?.onEnd();
      case 'reset':
        this.#sockets.get(message.id)?.onLost();
        return this.#streams.get(message.id)?.onReset(message.errno);
      case 'datagram':
        return this.#sockets.get(message.id)?.onDatagram(message);
      case 'log':
        return this.#log(`agent: ${message.text}`);
      case 'exited':
        this.#followUps.get(message.id)?.onExited?.({ code: message.code, signal: message.signal });
        this.#followUps.delete(message.id);
        return;
      case 'accepted':
        return this.#accepted(message.id, message.stream);
      case 'failed':
        this.#followUps.delete(message.id);
        return this.#answered(message.id).reject(new DrydockError('guest', message.message, { errno: message.errno }));
      case 'ok':
      case 'spawned':
      case 'content':
      case 'names':
      case 'attributes': {
        const waiting = this.#answered(message.id);
        if (waiting.expected === message.type) return waiting.resolve(message);
        throw new DrydockError('data-loss', `Cannot take "${message.type}" for request ${message.id}`);
      }
      default:
        throw new DrydockError('data-loss', `Cannot take "${message.type}" from the guest`);
    }
  }

  #answered(id: number): Waiting {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) throw new DrydockError('data-loss', `Cannot take an answer to ${id}: nothing was asked`);
    this.#waiting.delete(id);
    return waiting;
  }

  #accepted(listener: number, stream: number): void {
    const taken = this.#streams.has(stream) || stream < AGENT_STREAM_BIT;
    if (taken) throw new DrydockError('data-loss', `Cannot accept stream ${stream}: not a free number of the guest's`);
    const connection = this.#addStream(stream, 'both');
    const onAccepted = this.#followUps.get(listener)?.onAccepted;
    if (onAccepted === undefined) connection.reset(0);
    else onAccepted(connection);
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    const error = new DrydockError('machine', `Lost the guest's agent: ${reason}`);
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    for (const stream of this.#streams.values()) {
      if (!this.#kept.has(stream)) stream.fail(error);
    }
    this.detachKept();
    for (const socket of [...this.#sockets.values()]) socket.onLost();
    for (const followUp of this.#followUps.values()) followUp.onLost?.(error);
    this.#waiting.clear();
    this.#followUps.clear();
    this.#streams.clear();
    this.#channel.close();
    this.#onEnd(error);
  }
}
