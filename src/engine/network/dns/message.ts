// DNS messages (RFC 1035, RFC 6891), as far as the embedded server reads and writes them itself: one question with what may stand
// beside it, and answers with addresses and names. What it forwards it does not look into.
import { joinBytes } from '../../../shared/join-bytes.ts';

export const TYPE = { A: 1, PTR: 12, MX: 15, AAAA: 28, OPT: 41 } as const;
export const RCODE = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
} as const;

const HEADER_BYTES = 12;
const CLASS_IN = 1;
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const RECURSION_AVAILABLE = 0x0080;
/** Opcode, recursion desired and checking disabled: what a reply repeats. */
const REPEATED = 0x7910;
const OPCODE = 0x7800;
const OPCODE_NOTIFY = 0x2000;
/** Without EDNS. */
const MIN_UDP_BYTES = 512;
const MAX_NAME_BYTES = 255;

export interface Question {
  /** Labels with dots between and after them, as they came; a dot within a label is `\.`. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface Query {
  readonly id: number;
  readonly flags: number;
  readonly question: Question;
  /** The largest datagram that the asker takes. */
  readonly udpBytes: number;
}

export interface Answer {
  readonly type: number;
  /** The record's data, encoded. */
  readonly data: Uint8Array;
  readonly ttlS: number;
}

/** What to do with a message: answer it, refuse it with these bytes, or ignore it. */
export type Incoming = { readonly query: Query } | { readonly refusal: Uint8Array } | undefined;

class Malformed extends Error {}

/** Never throws. What is no question at all is ignored: an answer to it would only help attackers. */
export function parseIncoming(bytes: Uint8Array): Incoming {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = view.getUint16(0);
  const flags = view.getUint16(2);
  if ((flags & RESPONSE) !== 0) return undefined;
  const opcode = flags & OPCODE;
  if (opcode !== 0 && opcode !== OPCODE_NOTIFY) return { refusal: refusalOf(id, opcode, RCODE.notImplemented) };
  const counts = [view.getUint16(4), view.getUint16(6), view.getUint16(8), view.getUint16(10)] as const;
  const [questions, answers, authorities, additions] = counts;
  const isUsual = questions === 1 && answers <= 1 && authorities <= 1 && additions <= 2;
  try {
    if (!isUsual) throw new Malformed();
    return { query: { id, flags, ...parseBody(view, answers + authorities + additions) } };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { refusal: refusalOf(id, 0, RCODE.formatError) };
  }
}

function parseBody(view: DataView, records: number): Pick<Query, 'question' | 'udpBytes'> {
  const { name, end } = readName(view, HEADER_BYTES);
  need(view, end, 4);
  const question = { name, type: view.getUint16(end), class: view.getUint16(end + 2) };
  let udpBytes = MIN_UDP_BYTES;
  let at = end + 4;
  for (let index = 0; index < records; index++) {
    const { end: header } = readName(view, at);
    need(view, header, 10);
    // The class of an OPT record is the size that its sender takes.
    if (view.getUint16(header) === TYPE.OPT) udpBytes = Math.max(udpBytes, view.getUint16(header + 2));
    const length = view.getUint16(header + 8);
    need(view, header + 10, length);
    at = header + 10 + length;
  }
  return { question, udpBytes };
}

function readName(view: DataView, start: number): { name: string; end: number } {
  let name = '';
  let end: number | undefined;
  let bytes = 0;
  for (let at = start; ;) {
    need(view, at, 1);
    const length = view.getUint8(at);
    if ((length & 0xc0) === 0xc0) {
      need(view, at, 2);
      const target = view.getUint16(at) & 0x3fff;
      // Only backwards, so that it ends.
      if (target >= at) throw new Malformed();
      end ??= at + 2;
      at = target;
      continue;
    }
    if (length > 63) throw new Malformed();
    bytes += length + 1;
    if (bytes > MAX_NAME_BYTES) throw new Malformed();
    if (length === 0) return { name: name === '' ? '.' : name, end: end ?? at + 1 };
    need(view, at + 1, length);
    for (let index = 1; index <= length; index++) {
      const code = view.getUint8(at + index);
      name += code === 0x2e || code === 0x5c ? `\\${String.fromCharCode(code)}` : String.fromCharCode(code);
    }
    name += '.';
    at += length + 1;
  }
}

function need(view: DataView, at: number, bytes: number): void {
  if (at + bytes > view.byteLength) throw new Malformed();
}

/** A reply to `query` that says no more than how it went. */
export function encodeFailure({ id, flags, question }: Query, rcode: number): Uint8Array {
  return joinBytes([header(id, RESPONSE | (flags & REPEATED) | rcode, 1, 0), encodeQuestion(question)]);
}

/** A reply that fits into `maxBytes`: what does not is left out, and the reply says so. */
export function encodeReply({ id, flags, question }: Query, answers: readonly Answer[], maxBytes: number): Uint8Array {
  const asked = encodeQuestion(question);
  const records: Uint8Array[] = [];
  let bytes = HEADER_BYTES + asked.length;
  for (const answer of answers) {
    const record = encodeAnswer(answer);
    if (bytes + record.length > maxBytes) break;
    records.push(record);
    bytes += record.length;
  }
  const truncated = records.length < answers.length ? TRUNCATED : 0;
  const bits = RESPONSE | RECURSION_AVAILABLE | (flags & REPEATED) | truncated;
  return joinBytes([header(id, bits, 1, records.length), asked, ...records]);
}

/** @param name as in `Question`; a final dot may be missing */
export function encodeName(name: string): Uint8Array {
  const labels = name.match(/(?:\\.|[^.\\])+/gs) ?? [];
  const parts = labels.map((label) => {
    const plain = label.replace(/\\(.)/gs, '$1');
    return Uint8Array.of(plain.length, ...Array.from(plain, (character) => character.charCodeAt(0)));
  });
  return joinBytes([...parts, Uint8Array.of(0)]);
}

function encodeQuestion({ name, type, class: group }: Question): Uint8Array {
  return joinBytes([encodeName(name), Uint8Array.of(type >>> 8, type, group >>> 8, group)]);
}

function encodeAnswer({ type, data, ttlS }: Answer): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  // The name is the question's.
  view.setUint16(0, 0xc000 | HEADER_BYTES);
  view.setUint16(2, type);
  view.setUint16(4, CLASS_IN);
  view.setUint32(6, ttlS);
  view.setUint16(10, data.length);
  bytes.set(data, 12);
  return bytes;
}

function refusalOf(id: number, opcode: number, rcode: number): Uint8Array {
  return header(id, RESPONSE | opcode | rcode, 0, 0);
}

function header(id: number, flags: number, questions: number, answers: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  view.setUint16(0, id);
  view.setUint16(2, flags);
  view.setUint16(4, questions);
  view.setUint16(6, answers);
  return new Uint8Array(view.buffer);
}

/** How it went, of a whole reply to `query`; undefined when it is none. */
export function rcodeOfReply(reply: Uint8Array, query: Uint8Array): number | undefined {
  const isReply =
    reply.length >= HEADER_BYTES &&
    reply[0] === query[0] &&
    reply[1] === query[1] &&
    ((reply[2] ?? 0) & (RESPONSE >>> 8)) !== 0;
  return isReply ? (reply[3] ?? 0) & 0x0f : undefined;
}
