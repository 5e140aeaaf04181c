// Turns field tables into frames and back, for the agent and the CLI stub. A frame is
//   u32 size (of the whole frame) | u8 type | u32 id | fields in the table's order
// little-endian; a `str` or `bytes` is u32 length + bytes (UTF-8), a `strs` is u32 count + strs.
import { DrydockError } from './errors.ts';

export type FieldKind = 'u8' | 'u16' | 'u32' | 'u64' | 'str' | 'strs' | 'bytes';

interface FieldTypes {
  u8: number;
  u16: number;
  u32: number;
  /** A number up to 2^53. */
  u64: number;
  str: string;
  strs: readonly string[];
  bytes: Uint8Array;
}

export type MessageTable = Readonly<
  Record<string, { readonly code: number; readonly fields: Readonly<Record<string, FieldKind>> }>
>;

/** The discriminated union of a table: `{ type, id } & its fields`. */
export type MessageOf<T extends MessageTable> = {
  [K in keyof T & string]: { readonly type: K; readonly id: number } & {
    readonly [F in keyof T[K]['fields']]: FieldTypes[T[K]['fields'][F]];
  };
}[keyof T & string];

export const FRAME_HEADER_BYTES = 9;
/** A larger frame is malformed: the peer is broken, not ambitious. */
export const MAX_FRAME_BYTES = 1 << 20;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** @throws DrydockError `machine` when the frame would be larger than MAX_FRAME_BYTES */
export function encodeFrame<T extends MessageTable>(table: T, message: MessageOf<T>): Uint8Array {
  const entry = entryOf(table, message.type);
  const values = message as unknown as Record<string, FieldTypes[FieldKind]>;
  const parts: Uint8Array[] = [];
  let size = FRAME_HEADER_BYTES;
  for (const [name, kind] of Object.entries(entry.fields)) {
    for (const part of encodeField(kind, values[name], name)) {
      parts.push(part);
      size += part.length;
    }
  }
  if (size > MAX_FRAME_BYTES) {
    throw new DrydockError('machine', `Cannot send "${message.type}": ${size} bytes, a frame holds ${MAX_FRAME_BYTES}`);
  }
  const frame = new Uint8Array(size);
  const view = new DataView(frame.buffer);
  view.setUint32(0, size, true);
  view.setUint8(4, entry.code);
  view.setUint32(5, message.id, true);
  let at = FRAME_HEADER_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

function encodeField(kind: FieldKind, value: FieldTypes[FieldKind] | undefined, name: string): Uint8Array[] {
  if (kind === 'strs' && Array.isArray(value)) {
    const items = (value as readonly string[]).map((item) => utf8.encode(item));
    return [uint(4, items.length), ...items.flatMap((item) => [uint(4, item.length), item])];
  }
  if (kind === 'str' && typeof value === 'string') {
    const bytes = utf8.encode(value);
    return [uint(4, bytes.length), bytes];
  }
  if (kind === 'bytes' && value instanceof Uint8Array) return [uint(4, value.length), value];
  if (typeof value === 'number' && kind in UINT_BYTES)
    return [uint(UINT_BYTES[kind as keyof typeof UINT_BYTES], value)];
  throw new DrydockError('internal', `Cannot encode field "${name}" as ${kind}: ${String(value)}`);
}

const UINT_BYTES = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;

function uint(bytes: 1 | 2 | 4 | 8, value: number): Uint8Array {
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  if (bytes === 8) view.setBigUint64(0, BigInt(value), true);
  else if (bytes === 4) view.setUint32(0, value, true);
  else if (bytes === 2) view.setUint16(0, value, true);
  else view.setUint8(0, value);
  return out;
}

function entryOf<T extends MessageTable>(table: T, type: string): T[string] {
  const entry = table[type];
  if (entry === undefined) throw new DrydockError('internal', `Cannot encode "${type}": no such message`);
  return entry as T[string];
}

/** Cuts a byte stream into messages. Feed it pieces of any size; it keeps what is not complete. */
export class FrameDecoder<T extends MessageTable> {
  readonly #byCode: ReadonlyMap<number, [string, Readonly<Record<string, FieldKind>>]>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(table: T) {
    this.#byCode = new Map(Object.entries(table).map(([type, { code, fields }]) => [code, [type, fields]]));
  }

  /**
   * The messages completed by `bytes`. Their `bytes` fields may be views of the input.
   * @throws DrydockError `data-loss` on a malformed frame; the channel is of no use then
   */
  push(bytes: Uint8Array): MessageOf<T>[] {
    const input = this.#rest.length === 0 ? bytes : concat(this.#rest, bytes);
    const messages: MessageOf<T>[] = [];
    let at = 0;
    while (input.length - at >= FRAME_HEADER_BYTES) {
      const view = new DataView(input.buffer, input.byteOffset + at, input.length - at);
      const size = view.getUint32(0, true);
      if (size < FRAME_HEADER_BYTES || size > MAX_FRAME_BYTES) throw malformed(`size ${size}`);
      if (size > view.byteLength) break;
      messages.push(this.#decode(input.subarray(at, at + size)));
      at += size;
    }
    this.#rest = input.slice(at);
    return messages;
  }

  #decode(frame: Uint8Array): MessageOf<T> {
    const reader = new FieldReader(frame);
    const entry = this.#byCode.get(reader.u8());
    if (entry === undefined) throw malformed(`type ${frame[4]}`);
    const [type, fields] = entry;
    const message: Record<string, unknown> = { type, id: reader.u32() };
    for (const [name, kind] of Object.entries(fields)) message[name] = reader[kind]();
    if (!reader.done) throw malformed(`bytes left over after "${type}"`);
    return message as MessageOf<T>;
  }
}

class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 4;

  constructor(frame: Uint8Array) {
    this.#bytes = frame;
    this.#view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
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
  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }
  bytes(): Uint8Array {
    const length = this.u32();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }
  str(): string {
    return fromUtf8.decode(this.bytes());
  }
  strs(): string[] {
    const count = this.u32();
    if (count > this.#bytes.length) throw malformed(`a list of ${count}`);
    return Array.from({ length: count }, () => this.str());
  }

  #take(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) throw malformed(`a field of ${count} bytes at ${start}`);
    this.#at += count;
    return start;
  }
}

function malformed(what: string): DrydockError {
  return new DrydockError('data-loss', `Cannot read frame: ${what}`);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
