// Files that are conversations: each open is a new byte channel between a program in the guest and the host.
import { ERRNO } from '../errno.ts';
import { MODE, QID } from './p9-constants.ts';
import { P9Node } from './p9-node.ts';
import type { P9Attributes, P9Handle } from './p9-node.ts';
import { stableQid } from './p9-qid.ts';
import { P9Error } from './p9-wire.ts';
import type { Qid } from './p9-wire.ts';

/** Set by whoever serves the channel, before it returns from `accept`. */
export interface ChannelEvents {
  /** Bytes from the guest. They are the receiver's. */
  onData(bytes: Uint8Array): void;
  /** The guest closed it, or `close` was called. Once. */
  onClose(): void;
}

interface HeldRead {
  readonly count: number;
  readonly settle: (result: Uint8Array | P9Error) => void;
}

/** The host's end of one open channel file. */
export class Channel {
  events: ChannelEvents = { onData: () => undefined, onClose: () => undefined };
  readonly #queue: Uint8Array[] = [];
  readonly #held: HeldRead[] = [];
  #queuedBytes = 0;
  #closed = false;
  #flushing = false;
  #onTaken: (() => void)[] = [];

  get closed(): boolean {
    return this.#closed;
  }

  /** Sent, but not taken by the guest yet. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** What is sent in one turn goes out as the answer to one read. `bytes` must not change afterwards. */
  send(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#flushing || this.#held.length === 0) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Resolves when the guest has taken everything sent so far, or the channel is closed. */
  async taken(): Promise<void> {
    if (this.#queuedBytes === 0 || this.#closed) return;
    await new Promise<void>((resolve) => this.#onTaken.push(resolve));
  }

  /** What is queued is still delivered; then reads end and writes are refused. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    this.#release();
    this.events.onClose();
  }

  /** For the node: the guest's side. */
  readonly handle: P9Handle = {
    read: () => {
      throw new P9Error(ERRNO.EIO, 'read a channel without waiting');
    },
    hold: (count, settle) => {
      const read: HeldRead = { count, settle };
      this.#held.push(read);
      this.#flush();
      return () => {
        const at = this.#held.indexOf(read);
        if (at >= 0) this.#held.splice(at, 1);
      };
    },
    write: (_offset, bytes) => {
      if (this.#closed) throw new P9Error(ERRNO.EPIPE, 'the channel is closed');
      this.events.onData(bytes.slice());
      return bytes.length;
    },
    close: () => {
      this.#queue.length = 0;
      this.#queuedBytes = 0;
      for (const read of this.#held.splice(0)) read.settle(new P9Error(ERRNO.EIO, 'the channel is closed'));
      if (this.#closed) return;
      this.#closed = true;
      this.#release();
      this.events.onClose();
    },
  };

  #flush(): void {
    while (this.#held.length > 0 && (this.#queuedBytes > 0 || this.#closed)) {
      const read = this.#held.shift();
      read?.settle(this.#take(read.count));
    }
    if (this.#queuedBytes === 0) this.#release();
  }

  #release(): void {
    const waiting = this.#onTaken;
    this.#onTaken = [];
    for (const resolve of waiting) resolve();
  }

  #take(count: number): Uint8Array {
    const [first] = this.#queue;
    if (first === undefined) return new Uint8Array(0);
    if (first.length >= count) {
      if (first.length === count) this.#queue.shift();
      else this.#queue[0] = first.subarray(count);
      this.#queuedBytes -= count;
      return first.subarray(0, count);
    }
    const out = new Uint8Array(Math.min(count, this.#queuedBytes));
    let at = 0;
    while (at < out.length) {
      const piece = this.#queue[0];
      if (piece === undefined) break;
      const part = piece.subarray(0, out.length - at);
      out.set(part, at);
      at += part.length;
      if (part.length === piece.length) this.#queue.shift();
      else this.#queue[0] = piece.subarray(part.length);
    }
    this.#queuedBytes -= at;
    return out;
  }
}

/** A channel file. Every open makes a Channel and offers it to `accept`. */
export class ChannelNode extends P9Node {
  readonly qid: Qid;
  /** @returns false to refuse the open with ENXIO, as a pipe without a reader does */
  readonly #accept: (channel: Channel) => boolean;

  constructor(path: readonly string[], accept: (channel: Channel) => boolean) {
    super();
    this.qid = stableQid(QID.file, path);
    this.#accept = accept;
  }

  override attributes(): P9Attributes {
    return { mode: MODE.file | 0o666, uid: 0, gid: 0, links: 1, bytes: 0, atimeMs: 0, mtimeMs: 0, ctimeMs: 0 };
  }

  override open(): P9Handle {
    const channel = new Channel();
    if (!this.#accept(channel)) throw new P9Error(ERRNO.ENXIO, 'nobody serves this channel');
    return channel.handle;
  }

  override setAttributes(): void {
    // O_TRUNC and utimes of a shell's redirection mean nothing here, and are no reason to fail.
  }
}
