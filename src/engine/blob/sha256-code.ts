// WebAssembly of SHA-256's compression function, put together here: all 64 rounds in a row, and the message schedule four words
// at once. A layer's bytes go through it twice, which was the largest part of a pull with the library that we had
// (docs/decisions/0025). FIPS 180-4, section 6.2; opcodes of the WebAssembly Core Specification 2.0, section 5.4.

/** The eight words of the state, little-endian as WebAssembly has them. */
export const STATE_OFFSET = 0;
/** Of the 64 round constants, which whoever makes an instance puts there. */
export const CONSTANTS_OFFSET = 512;
/** From here on memory is for the message. */
export const DATA_OFFSET = 1024;
export const MEMORY_PAGES = 2;

/** Words of the schedule with their constants added, four rounds at a time. */
const ROUND_WORDS_OFFSET = 64;

type Code = readonly number[];

const I32 = 0x7f;
const V128 = 0x7b;
const ADD: Code = [0x6a];
const AND: Code = [0x71];
const XOR: Code = [0x73];
const ROTR: Code = [0x78];
const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const V_ADD = vector(174);
const V_XOR = vector(81);
const V_OR = vector(80);
const V_SHL = vector(171);
const V_SHR = vector(173);
const V_ZERO: Code = [...vector(12), ...new Array<number>(16).fill(0)];
const BIG_ENDIAN: Code = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

/** Locals: two parameters, then the eight working variables, then what is in between. */
const AT = 0;
const END = 1;
const WORKING = [2, 3, 4, 5, 6, 7, 8, 9] as const;
const T1 = 10;
const A_XOR_B = 11;
const B_XOR_C = 12;
const SCALARS = 11;
/** The last 16 words of the schedule. */
const SCHEDULE = [13, 14, 15, 16] as const;
const SUM = 17;
const TAKEN = 18;
const SIGMA = 19;
const VECTORS = 7;

/** Exports `memory` and `compress(at, end)`: whole blocks of the message in memory from `at` to before `end`, at least one. */
export function sha256Code(): Uint8Array<ArrayBuffer> {
  const body = [2, SCALARS, I32, VECTORS, V128, ...compress(), 0x0b];
  const sections: Code[] = [
    section(1, list([[0x60, ...list([[I32], [I32]]), 0]])),
    section(3, list([[0]])),
    section(5, list([[0, MEMORY_PAGES]])),
    section(7, list([exported('memory', 2), exported('compress', 0)])),
    section(10, list([[...unsigned(body.length), ...body]])),
  ];
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}

/** The state into the working variables, then a loop without a value. */
function compress(): Code {
  const start = WORKING.flatMap((local, index) => [...constant(0), ...load(STATE_OFFSET + 4 * index), ...set(local)]);
  return [...start, 0x03, 0x40, ...block(), 0x0b];
}

/** One block, and back to the start unless it was the last. */
function block(): Code {
  const [, b, c] = WORKING;
  const code: number[] = [...get(b), ...get(c), ...XOR, ...set(B_XOR_C)];
  SCHEDULE.forEach((local, index) => {
    const words = [...get(AT), ...loadVector(16 * index)];
    code.push(...words, ...words, ...shuffle(BIG_ENDIAN), ...set(local));
  });
  let working: readonly number[] = WORKING;
  for (let four = 0; four < 16; four++) {
    const w0 = SCHEDULE[four % 4] ?? SCHEDULE[0];
    const constants = [...constant(0), ...loadVector(CONSTANTS_OFFSET + 16 * four)];
    code.push(...constant(0), ...get(w0), ...constants, ...V_ADD, ...storeVector(ROUND_WORDS_OFFSET + 16 * (four % 4)));
    if (four < 12) code.push(...nextFour(four));
    for (let one = 0; one < 4; one++) {
      code.push(...round(working, ROUND_WORDS_OFFSET + 16 * (four % 4) + 4 * one));
      working = [working[7] ?? 0, ...working.slice(0, 7)];
    }
  }
  WORKING.forEach((local, index) => {
    const at = STATE_OFFSET + 4 * index;
    code.push(...constant(0), ...constant(0), ...load(at), ...get(local), ...ADD, ...tee(local), ...store(at));
  });
  return [...code, ...get(AT), ...constant(64), ...ADD, ...tee(AT), ...get(END), 0x47, 0x0d, 0];
}

/** The variables change places and not values: what was h holds the new a, and d the new e. */
function round([a, b, , d, e, f, g, h]: readonly number[], wordAt: number): Code {
  const [A, B, D, E, F, G, H] = [a, b, d, e, f, g, h].map((local = 0) => get(local));
  if (!A || !B || !D || !E || !F || !G || !H) throw new Error('Cannot write a round: it has eight variables');
  const choice = [...F, ...G, ...XOR, ...E, ...AND, ...G, ...XOR];
  // (b xor c) was the last round's (a xor b).
  const majority = [...A, ...B, ...XOR, ...tee(A_XOR_B), ...get(B_XOR_C), ...AND, ...B, ...XOR];
  return [
    ...[...H, ...constant(0), ...load(wordAt), ...ADD],
    ...[...rotations(E, 14, 5, 6), ...ADD, ...choice, ...ADD, ...set(T1)],
    ...[...D, ...get(T1), ...ADD, ...set(d ?? 0)],
    ...[...majority, ...get(T1), ...ADD, ...rotations(A, 9, 11, 2), ...ADD, ...set(h ?? 0)],
    ...[...get(A_XOR_B), ...set(B_XOR_C)],
  ];
}

/** Three rotations, xored, each on the one before: of 6, 11 and 25 bits as 6 (5 (14 x + x) + x), which needs fewer registers. */
function rotations(x: Code, first: number, second: number, third: number): Code {
  const again = [...x, ...XOR];
  return [
    ...[...x, ...constant(first), ...ROTR, ...again],
    ...[...constant(second), ...ROTR, ...again],
    ...[...constant(third), ...ROTR],
  ];
}

/** Words t to t+3 of the schedule in the place of t-16 to t-13, the oldest. The last two need the first two. */
function nextFour(oldest: number): Code {
  const [w0, w1, w2, w3] = [0, 1, 2, 3].map((later) => SCHEDULE[(oldest + later) % 4] ?? SCHEDULE[0]);
  if (!w0 || !w1 || !w2 || !w3) throw new Error('Cannot write a schedule: it has four vectors');
  const sevenBefore = [...get(w2), ...get(w3), ...shuffle(lanes(1, 2, 3, 4))];
  return [
    ...[...get(w0), ...get(w1), ...shuffle(lanes(1, 2, 3, 4)), ...set(TAKEN)],
    ...[...get(w0), ...sigma(7, 18, 3), ...V_ADD, ...sevenBefore, ...V_ADD, ...set(SUM)],
    ...[...get(w3), ...get(w3), ...shuffle(lanes(2, 3, 2, 3)), ...set(TAKEN), ...sigma(17, 19, 10), ...set(SIGMA)],
    ...[...get(SUM), ...get(SIGMA), ...V_ZERO, ...shuffle(lanes(0, 1, 4, 5)), ...V_ADD, ...set(SUM)],
    ...[...get(SUM), ...get(SUM), ...shuffle(lanes(0, 1, 0, 1)), ...set(TAKEN), ...sigma(17, 19, 10), ...set(SIGMA)],
    ...[...get(SUM), ...V_ZERO, ...get(SIGMA), ...shuffle(lanes(0, 1, 4, 5)), ...V_ADD, ...set(w0)],
  ];
}

/** Of TAKEN, in each lane: two rotations and a shift, xored. */
function sigma(first: number, second: number, shift: number): Code {
  return [...rotated(first), ...rotated(second), ...V_XOR, ...get(TAKEN), ...constant(shift), ...V_SHR, ...V_XOR];
}

function rotated(bits: number): Code {
  const right = [...get(TAKEN), ...constant(bits), ...V_SHR];
  return [...right, ...get(TAKEN), ...constant(32 - bits), ...V_SHL, ...V_OR];
}

/** Words of two vectors, 0 to 3 of the first, 4 to 7 of the second. */
function lanes(...words: readonly number[]): Code {
  return words.flatMap((word) => [4 * word, 4 * word + 1, 4 * word + 2, 4 * word + 3]);
}

function shuffle(bytes: Code): Code {
  return [...vector(13), ...bytes];
}

function get(local: number): Code {
  return [0x20, ...unsigned(local)];
}

function set(local: number): Code {
  return [0x21, ...unsigned(local)];
}

function tee(local: number): Code {
  return [0x22, ...unsigned(local)];
}

/** @param value from 0 to 63: one byte of signed LEB128, or two for 64 */
function constant(value: number): Code {
  return value < 64 ? [0x41, value] : [0x41, (value & 0x7f) | 0x80, value >> 7];
}

function load(offset: number): Code {
  return [0x28, 2, ...unsigned(offset)];
}

function store(offset: number): Code {
  return [0x36, 2, ...unsigned(offset)];
}

function loadVector(offset: number): Code {
  return [...vector(0), 2, ...unsigned(offset)];
}

function storeVector(offset: number): Code {
  return [...vector(11), 2, ...unsigned(offset)];
}

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

/** @param kind 0: a function, 2: a memory; the first of its kind */
function exported(name: string, kind: number): Code {
  return [...unsigned(name.length), ...[...name].map((letter) => letter.charCodeAt(0)), kind, 0];
}
