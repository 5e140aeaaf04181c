// The 9P2000.L server behind the guest's one virtio-9p device: frames, tags, held reads, and what a snapshot keeps.
// Nothing the guest sends may throw into the emulator: it is answered with Rlerror, or logged when it cannot be answered.
import { ERRNO } from '../errno.ts';
import { RLERROR, T } from './p9-constants.ts';
import { P9FidTable } from './p9-fids.ts';
import type { SavedFid } from './p9-fids.ts';
import { chain } from './p9-node.ts';
import type { P9Handle, P9Node } from './p9-node.ts';
import { P9_OPERATIONS, READ_OVERHEAD_BYTES, opened, reopenFlags } from './p9-operations.ts';
import type { P9Session } from './p9-operations.ts';
import { walk } from './p9-walk.ts';
import { P9Error, P9Reader, P9Writer, P9_HEADER_BYTES } from './p9-wire.ts';

/** What goes into a snapshot beside the emulator's state. JSON-able. */
export interface P9ServerState {
  readonly msize: number;
  readonly fids: readonly SavedFid[];
}

export type P9Reply = (message: Uint8Array) => void;

/** A request without its answer yet. */
interface Pending {
  /** Gives a held read up; others are waited for. */
  cancel: (() => void) | undefined;
  readonly afterwards: (() => void)[];
}

export const MAX_MESSAGE_BYTES = 512 * 1024;
const MIN_MESSAGE_BYTES = 4096;
const VERSION = '9P2000.L';

export class P9Server implements P9Session {
  readonly root: P9Node;
  readonly fids = new P9FidTable();
  #msize = MAX_MESSAGE_BYTES;
  readonly #pending = new Map<number, Pending>();
  readonly #log: (line: string) => void;
  #quiet: () => void = () => undefined;

  constructor(root: P9Node, log: (line: string) => void) {
    this.root = root;
    this.#log = log;
  }

  get msize(): number {
    return this.#msize;
  }

  /** Requests without an answer; the emulator's state cannot be saved while there are any. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** One request; `reply` is called once, in this tick when nothing has to be waited for. Never throws. */
  handle(message: Uint8Array, reply: P9Reply): void {
    if (message.length < P9_HEADER_BYTES) {
      this.#log(`9p: dropped a message of ${message.length} bytes, a header has ${P9_HEADER_BYTES}`);
      return;
    }
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const [size, type, tag] = [view.getUint32(0, true), view.getUint8(4), view.getUint16(5, true)];
    if (this.#pending.has(tag) && type !== T.version) {
      this.#log(`9p: dropped a message whose tag ${tag} is in use`);
      return;
    }
    const pending: Pending = { cancel: undefined, afterwards: [] };
    this.#pending.set(tag, pending);
    const answer = (answerType: number, out: P9Writer): void => {
      if (this.#pending.get(tag) === pending) this.#pending.delete(tag);
      reply(out.finish(answerType, tag));
      for (const next of pending.afterwards) next();
      if (this.#pending.size === 0) this.#quiet();
    };
    const fail = (error: unknown): void => answer(RLERROR, new P9Writer().u32(this.#errnoOf(error, type)));

    try {
      if (size > message.length || size < P9_HEADER_BYTES) {
        throw new P9Error(ERRNO.EPROTO, `a size of ${size} in a message of ${message.length}`);
      }
      this.#dispatch(type, new P9Reader(message.subarray(0, size)), pending, answer, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Resolves when every request was answered: held reads must have been ended before. */
  async settled(): Promise<void> {
    if (this.#pending.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#quiet = () => {
        this.#quiet = () => undefined;
        resolve();
      };
    });
  }

  save(): P9ServerState {
    return { msize: this.#msize, fids: this.fids.save() };
  }

  /** Fids whose file is gone stay, and answer EIO: the guest will clunk them. */
  async restore(state: P9ServerState): Promise<void> {
    this.#msize = state.msize;
    this.fids.clear();
    for (const saved of state.fids) {
      try {
        await this.#restoreFid(saved);
      } catch (error) {
        if (!(error instanceof P9Error)) throw error;
        const fid = this.fids.add(saved.fid, this.root, undefined);
        if (saved.openFlags !== null) fid.handle = DEAD_HANDLE;
      }
    }
  }

  async #restoreFid({ fid, path, openFlags }: SavedFid): Promise<void> {
    const { end } = await walk({ node: this.root, place: undefined }, path ?? ['..']);
    if (end === undefined) throw new P9Error(ERRNO.ENOENT, `"${path?.join('/')}" is gone`);
    const handle = openFlags === null ? undefined : await end.node.open(reopenFlags(openFlags));
    const entry = this.fids.add(fid, end.node, end.place);
    entry.handle = handle?.hold === undefined ? handle : DEAD_HANDLE;
    // A channel is a conversation with somebody who is not there any more.
    if (handle?.hold !== undefined) handle.close();
    entry.openFlags = openFlags ?? 0;
  }

  #dispatch(
    type: number,
    input: P9Reader,
    pending: Pending,
    answer: (type: number, out: P9Writer) => void,
    fail: (error: unknown) => void,
  ): void {
    const out = new P9Writer();
    const done = (): void => answer(type + 1, out);
    if (type === T.version) {
      this.#version(input, out);
      return done();
    }
    if (type === T.flush) return this.#flush(input, done);
    if (type === T.read) return this.#read(input, out, pending, done, fail);
    const operation = P9_OPERATIONS[type];
    if (operation === undefined) throw new P9Error(ERRNO.EOPNOTSUPP, `a message of type ${type}`);
    const result = operation(this, input, out);
    if (result instanceof Promise) void result.then(done, fail);
    else done();
  }

  #version(input: P9Reader, out: P9Writer): void {
    const msize = input.u32();
    const version = input.string();
    input.end();
    if (msize < MIN_MESSAGE_BYTES) throw new P9Error(ERRNO.EINVAL, `messages of ${msize} bytes`);
    this.#endHeldReads();
    this.fids.clear();
    this.#msize = Math.min(msize, MAX_MESSAGE_BYTES);
    out.u32(this.#msize).string(version === VERSION ? VERSION : 'unknown');
  }

  // The old request is answered before its flush, even when it was given up: a virtio descriptor without an answer
  // would be lost to the guest for good.
  #flush(input: P9Reader, done: () => void): void {
    const old = this.#pending.get(input.u16());
    input.end();
    if (old === undefined) return done();
    old.afterwards.push(done);
    old.cancel?.();
  }

  #read(input: P9Reader, out: P9Writer, pending: Pending, done: () => void, fail: (error: unknown) => void): void {
    const handle = opened(this.fids.get(input.u32()).handle);
    const offset = input.u64();
    const count = Math.min(input.u32(), this.#msize - READ_OVERHEAD_BYTES);
    input.end();
    const finish = (bytes: Uint8Array): void => {
      out.u32(bytes.length).bytes(bytes);
      done();
    };
    if (handle.hold === undefined) {
      const result = chain(handle.read(offset, count), finish);
      if (result instanceof Promise) void result.catch(fail);
      return;
    }
    const cancel = handle.hold(count, (result) => {
      if (result instanceof P9Error) fail(result);
      else finish(result);
    });
    pending.cancel = () => {
      cancel();
      fail(new P9Error(ERRNO.EINTR, 'flushed'));
    };
  }

  #endHeldReads(): void {
    for (const pending of [...this.#pending.values()]) pending.cancel?.();
  }

  #errnoOf(error: unknown, type: number): number {
    if (error instanceof P9Error) {
      if (error.errno === ERRNO.EPROTO) this.#log(`9p: refused a message of type ${type}: ${error.message}`);
      return error.errno;
    }
    this.#log(`9p: request of type ${type} failed: ${error instanceof Error ? error.message : String(error)}`);
    return ERRNO.EIO;
  }
}

const DEAD_HANDLE: P9Handle = {
  read: () => {
    throw new P9Error(ERRNO.EIO, 'the file did not survive the snapshot');
  },
  write: () => {
    throw new P9Error(ERRNO.EIO, 'the file did not survive the snapshot');
  },
  close: () => undefined,
};
