// One byte stream of the agent's as web streams. Credit goes back only for what the consumer took, and writes wait for
// credit: the guest's pipes fill up and their writers block, exactly as they would with a slow terminal. A stream of a process
// that is kept outlives the channel: it waits, and goes on where it was on the next one.
import { MAX_DATA_BYTES, STREAM_WINDOW_BYTES } from '../../contracts/agent-protocol.ts';
import type { AgentMessage } from '../../contracts/agent-protocol.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { ByteDuplex } from '../../contracts/streams.ts';

/** Returned in large pieces: each credit wakes the guest. The rest of the window keeps the sender busy meanwhile. */
const CREDIT_STEP_BYTES = STREAM_WINDOW_BYTES / 2;

export interface AgentStreamLink {
  send(message: AgentMessage): void;
  /** Both directions are over; the number may be used again. */
  forget(stream: number): void;
}

/** What it is for; a pipe's other direction does not exist. */
export type StreamDirections = 'from-guest' | 'to-guest' | 'both';

export class AgentStream implements ByteDuplex {
  #id: number;
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** undefined between two channels. */
  #link: AgentStreamLink | undefined;
  #reading: ReadableStreamDefaultController<Uint8Array> | undefined;
  #writing: WritableStreamDefaultController | undefined;
  readonly #received: Uint8Array[] = [];
  #receiveWindowBytes = STREAM_WINDOW_BYTES;
  #takenBytes = 0;
  #discarding = false;
  #sendWindowBytes = STREAM_WINDOW_BYTES;
  #wakeWriter: () => void = () => undefined;
  #wakeReader: () => void = () => undefined;
  /** No more from the guest; no more from us. */
  #inDone: boolean;
  #outDone: boolean;
  #over = false;
  /** What could not be said between two channels. */
  #unsaid: 'end' | 'reset' | undefined;

  constructor(id: number, directions: StreamDirections, link: AgentStreamLink) {
    this.#id = id;
    this.#link = link;
    this.#inDone = directions === 'to-guest';
    this.#outDone = directions === 'from-guest';
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          if (this.#inDone) controller.close();
          else this.#reading = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#discard(),
      },
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writing = controller;
      },
      write: (bytes) => this.#send(bytes),
      close: () => this.#finish(),
      abort: () => this.reset(0),
    });
  }

  /** Its number on the channel that is open now. */
  get id(): number {
    return this.#id;
  }

  /** Both directions are over. */
  get isOver(): boolean {
    return this.#over;
  }

  /** The channel is gone, the guest's side is not. */
  detach(): void {
    this.#link = undefined;
  }

  /** Goes on over another channel, where both sides start with full windows. */
  attach(id: number, link: AgentStreamLink): void {
    this.#id = id;
    this.#link = link;
    this.#receiveWindowBytes = STREAM_WINDOW_BYTES;
    // What is still here came under the old window, and earns no credit in the new one.
    this.#takenBytes = -this.#received.reduce((sum, piece) => sum + piece.length, 0);
    this.#sendWindowBytes = STREAM_WINDOW_BYTES;
    if (this.#unsaid === 'end') link.send({ type: 'end', id });
    if (this.#unsaid === 'reset') link.send({ type: 'reset', id, errno: 0 });
    this.#unsaid = undefined;
    if (this.#over) link.forget(id);
    this.#wakeWriter();
  }

  /** @throws DrydockError `data-loss` when the guest sent more than it may */
  onData(bytes: Uint8Array): void {
    if (this.#over || this.#inDone) return;
    this.#receiveWindowBytes -= bytes.length;
    if (this.#receiveWindowBytes < 0) {
      throw new DrydockError('data-loss', `Cannot take ${bytes.length} bytes on stream ${this.id}: beyond its window`);
    }
    if (this.#discarding) return this.#credit(bytes.length);
    this.#received.push(bytes);
    this.#wakeReader();
  }

  onCredit(bytes: number): void {
    this.#sendWindowBytes += bytes;
    this.#wakeWriter();
  }

  onEnd(): void {
    this.#endReading();
    this.#forgetWhenDone();
  }

  /** The guest gave it up: what came before is still read. */
  onReset(errno: number): void {
    const error = new DrydockError('guest', `Stream ${this.id} was closed by the guest (errno ${errno})`, { errno });
    this.#endWriting(error);
    this.#endReading();
    this.#over = true;
    this.#link?.forget(this.id);
  }

  /** The channel is gone for good. */
  fail(error: DrydockError): void {
    if (this.#over) return;
    this.#over = true;
    this.#endWriting(error);
    this.#inDone = true;
    this.#received.length = 0;
    this.#reading?.error(error);
    this.#reading = undefined;
    this.#wakeReader();
  }

  /** Gives it up in both directions. */
  reset(errno: number): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#link === undefined) this.#unsaid = 'reset';
    this.#link?.send({ type: 'reset', id: this.id, errno });
    this.#link?.forget(this.id);
    this.#endWriting(new DrydockError('cancelled', `Stream ${this.id} was given up`));
    this.#received.length = 0;
    this.#endReading();
  }

  /** One piece for each read: what nobody asked for stays here, uncredited. */
  async #pull(): Promise<void> {
    if (this.#received.length === 0 && !this.#inDone) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    const bytes = this.#received.shift();
    if (bytes !== undefined) {
      this.#reading?.enqueue(bytes);
      this.#credit(bytes.length);
    }
    this.#closeWhenRead();
  }

  #closeWhenRead(): void {
    if (!this.#inDone || this.#received.length > 0) return;
    this.#reading?.close();
    this.#reading = undefined;
  }

  #credit(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#takenBytes < CREDIT_STEP_BYTES || this.#inDone || this.#over || this.#link === undefined) return;
    this.#link.send({ type: 'credit', id: this.id, bytes: this.#takenBytes });
    this.#receiveWindowBytes += this.#takenBytes;
    this.#takenBytes = 0;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && !this.#over) {
      const content = rest.subarray(0, Math.min(MAX_DATA_BYTES, this.#sendWindowBytes));
      if (content.length > 0 && this.#link !== undefined) {
        this.#sendWindowBytes -= content.length;
        this.#link.send({ type: 'data', id: this.id, content });
        rest = rest.subarray(content.length);
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeWriter = resolve;
        });
      }
    }
  }

  #finish(): void {
    if (this.#over || this.#outDone) return;
    this.#outDone = true;
    if (this.#link === undefined) this.#unsaid = 'end';
    this.#link?.send({ type: 'end', id: this.id });
    this.#forgetWhenDone();
  }

  /** The reader went away. A writer with nobody to write for gets EPIPE; a socket may still want our bytes. */
  #discard(): void {
    this.#reading = undefined;
    this.#discarding = true;
    const unread = this.#received.splice(0).reduce((sum, piece) => sum + piece.length, 0);
    if (this.#outDone) this.reset(0);
    else this.#credit(unread);
  }

  #endWriting(error: DrydockError): void {
    this.#outDone = true;
    this.#writing?.error(error);
    this.#wakeWriter();
  }

  #endReading(): void {
    this.#inDone = true;
    this.#wakeReader();
    this.#closeWhenRead();
  }

  #forgetWhenDone(): void {
    if (this.#over || !this.#inDone || !this.#outDone) return;
    this.#over = true;
    this.#link?.forget(this.id);
  }
}
