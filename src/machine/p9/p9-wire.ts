// Reads and writes the fields of 9P2000.L messages: little-endian integers, `string` as u16 length + UTF-8, qids.
// Source: the kernel's include/net/9p/9p.h and diod's protocol.md. Nothing here trusts a length it has not checked.
import { ERRNO } from '../errno.ts';

/** What the server answers instead of a result: Rlerror with this number. */
export class P9Error extends Error {
  readonly errno: number;

  constructor(errno: number, message: string) {
    super(message);
    this.name = 'P9Error';
    this.errno = errno;
  }
}

/** u8 type, u32 version, u64 path. `path` stays below 2^53. */
export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: number;
}

/** u32 size, u8 type, u16 tag. */
export const P9_HEADER_BYTES = 7;

const toUtf8 = new TextEncoder();
// Names are bytes for Linux; what is no UTF-8 is refused rather than changed silently.
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class P9Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = P9_HEADER_BYTES;

  /** @param message the whole message; reading starts after its header */
  constructor(message: Uint8Array) {
    this.#bytes = message;
    this.#view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  /** As a number: offsets and sizes beyond 2^53 are refused. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new P9Error(ERRNO.EFBIG, `a 64-bit field of ${value}`);
    return Number(value);
  }
  string(): string {
    const bytes = this.bytes(this.u16());
    try {
      return fromUtf8.decode(bytes);
    } catch {
      throw new P9Error(ERRNO.EINVAL, 'a name that is no UTF-8');
    }
  }
  /** A view of the message: copy it to keep it. */
  bytes(count: number): Uint8Array {
    const start = this.#take(count);
    return this.#bytes.subarray(start, start + count);
  }
  /** @throws P9Error EPROTO when fields are left over */
  end(): void {
    const rest = this.#bytes.length - this.#at;
    if (rest !== 0) throw new P9Error(ERRNO.EPROTO, `${rest} bytes after the last field`);
  }

  #take(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) {
      throw new P9Error(ERRNO.EPROTO, `a field of ${count} bytes at ${start} of a message of ${this.#bytes.length}`);
    }
    this.#at += count;
    return start;
  }
}

export class P9Writer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #at = P9_HEADER_BYTES;

  get length(): number {
    return this.#at;
  }
  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
    return this;
  }
  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }
  u64(value: number): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt(value), true);
    return this;
  }
  string(value: string): this {
    const bytes = toUtf8.encode(value);
    return this.u16(bytes.length).bytes(bytes);
  }
  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }
  qid(value: Qid): this {
    return this.u8(value.type).u32(value.version).u64(value.path);
  }
  /** The message, with its header. The writer is of no use afterwards. */
  finish(type: number, tag: number): Uint8Array {
    this.#view.setUint32(0, this.#at, true);
    this.#view.setUint8(4, type);
    this.#view.setUint16(5, tag, true);
    return this.#bytes.subarray(0, this.#at);
  }

  /** Replaces the buffer and its view: call it before looking at them. */
  #grow(count: number): number {
    const start = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}

export function stringBytes(value: string): number {
  return toUtf8.encode(value).length;
}
