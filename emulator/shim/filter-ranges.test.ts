// A filter of ranges says the same as the one that it is made of: to every system call, with arguments around every number that
// either of them knows.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const LOAD = 0x20;
const AND = 0x54;
const GO = 0x05;
const IF_EQUAL = 0x15;
const IF_GREATER = 0x25;
const IF_NOT_LESS = 0x35;
const RETURN = 0x06;
const I386 = 0x4000_0003;
const X86_64 = 0xc000_003e;
const ALLOW = 0x7fff_0000;
const EPERM = 0x5_0001;
const ENOSYS = 0x5_0026;
const KILL = 0;
const ARGUMENTS = 16;
const INSTRUCTION_BYTES = 8;

const folder = mkdtempSync(join(tmpdir(), 'filter-ranges-'));
const program = join(folder, 'filter-ranges');

beforeAll(() => {
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined'];
  const sources = ['filter-ranges.test.c', 'filter-ranges.c'].map((name) => join(import.meta.dirname, name));
  execFileSync('cc', [...flags, ...sources, '-o', program]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const convert = (filter: readonly Instruction[]): Instruction[] =>
  read(execFileSync(program, { input: write(filter) }));

function read(bytes: Buffer): Instruction[] {
  return Array.from({ length: bytes.length / INSTRUCTION_BYTES }, (_, i) => {
    const at = i * INSTRUCTION_BYTES;
    return {
      code: bytes.readUInt16LE(at),
      jt: bytes[at + 2] ?? 0,
      jf: bytes[at + 3] ?? 0,
      k: bytes.readUInt32LE(at + 4),
    };
  });
}

function write(filter: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(filter.length * INSTRUCTION_BYTES);
  filter.forEach(({ code, jt, jf, k }, i) => {
    const at = i * INSTRUCTION_BYTES;
    bytes.writeUInt16LE(code, at);
    bytes.set([jt, jf], at + 2);
    bytes.writeUInt32LE(k, at + 4);
  });
  return bytes;
}

/** struct seccomp_data */
function call(number: number, architecture: number, words: readonly number[] = []): Buffer {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(architecture, 4);
  words.forEach((word, i) => data.writeUInt32LE(word, ARGUMENTS + 4 * i));
  return data;
}

interface Answer {
  readonly says: number;
  /** Whether the arguments were looked at. */
  readonly asked: boolean;
}

/** What the kernel would: 32 bits, forward only. */
function answer(filter: readonly Instruction[], data: Buffer): Answer {
  let [value, asked] = [0, false];
  for (let at = 0; at < filter.length;) {
    const { code, jt, jf, k } = filter[at++] ?? { code: -1, jt: 0, jf: 0, k: 0 };
    if (code === RETURN) return { says: k, asked };
    asked ||= code === LOAD && k >= ARGUMENTS;
    if (code === LOAD) value = data.readUInt32LE(k);
    else if (code === AND) value = (value & k) >>> 0;
    else if (code === GO) at += k;
    else if (code === IF_EQUAL) at += value === k ? jt : jf;
    else if (code === IF_GREATER) at += value > k ? jt : jf;
    else if (code === IF_NOT_LESS) at += value >= k ? jt : jf;
    else throw new Error(`Cannot run ${code} at ${at - 1}`);
  }
  throw new Error('A filter has no end');
}

const around = (value: number): number[] => [value - 1, value, value + 1].filter((near) => near >= 0 && near < 2 ** 32);

/** Every system call of both architectures; those that are asked for arguments, with each number that matters. */
function expectSame(one: readonly Instruction[], other: readonly Instruction[]): void {
  const numbers = [...one, ...other].filter(({ code }) => code !== RETURN).flatMap(({ k }) => around(k));
  const words = [...new Set([1, 2 ** 32 - 1, ...numbers])];
  // The same word everywhere, then one word that is not as all others.
  const samples = words.map((word) => Array<number>(12).fill(word));
  for (let i = 0; i < 12; i++) samples.push(Array.from({ length: 12 }, (_, at) => (at === i ? 8 : 0)));
  const expectSameAnswer = (data: Buffer): boolean => {
    const [wanted, found] = [answer(one, data), answer(other, data)];
    if (wanted.says !== found.says) expect({ data, says: found.says }).toEqual({ data, says: wanted.says });
    return wanted.asked || found.asked;
  };
  for (const architecture of [I386, X86_64])
    for (const number of new Set([...Array(1024).keys(), 2 ** 30, 2 ** 31, 2 ** 32 - 1, ...numbers]))
      if (expectSameAnswer(call(number, architecture)))
        for (const sample of samples) expectSameAnswer(call(number, architecture, sample));
}

const load = (k: number): Instruction => ({ code: LOAD, jt: 0, jf: 0, k });
const end = (k: number): Instruction => ({ code: RETURN, jt: 0, jf: 0, k });
const check = (code: number, k: number, jt: number, jf: number): Instruction => ({ code, jt, jf, k });
const BEGINNING = [load(4), check(IF_EQUAL, I386, 1, 0), end(KILL)];
const NUMBER = load(0);

/** As libseccomp writes it: one question after another, answered at once. */
function list(answers: ReadonlyMap<number, number>, otherwise: number): Instruction[] {
  const questions = [...answers].flatMap(([number, says]) => [check(IF_EQUAL, number, 0, 1), end(says)]);
  return [...BEGINNING, NUMBER, ...questions, end(otherwise)];
}

describe('the same answers', () => {
  test("Docker's profile, as libseccomp compiled it: 463 instructions", () => {
    const filter = read(readFileSync(join(import.meta.dirname, 'testfiles/default-profile.bpf')));
    expect(filter).toHaveLength(463);
    const ranges = convert(filter);
    expect(ranges.length).toBeGreaterThan(BEGINNING.length);
    expect(ranges.length).toBeLessThan(150);
    expectSame(filter, ranges);
  });

  test('so many ranges that jumps are further than 255 instructions', () => {
    const answers = new Map(Array.from({ length: 900 }, (_, i) => [i, [ENOSYS, ALLOW, EPERM][(i >> 1) % 3] ?? KILL]));
    const filter = list(answers, EPERM);
    const ranges = convert(filter);
    expect(ranges.length).toBeGreaterThan(0);
    expectSame(filter, ranges);
  });

  test('an argument, far from its system call', () => {
    const answers = Array.from({ length: 300 }, (_, i) => [check(IF_EQUAL, 2 * i - (i % 2), 0, 1), end(ALLOW)]).flat();
    const clone = [load(16), { ...load(0x7e02_0000), code: AND }, check(IF_EQUAL, 0, 0, 1), end(ALLOW), end(EPERM)];
    const socket = [load(16), check(IF_EQUAL, 40, 0, 1), end(EPERM), load(20), check(IF_GREATER, 3, 0, 1), end(ENOSYS)];
    const filter = [
      ...[...BEGINNING, NUMBER, check(IF_EQUAL, 120, 0, clone.length), ...clone],
      ...[NUMBER, check(IF_EQUAL, 360, 0, socket.length + 1), ...socket, end(ALLOW)],
      ...[NUMBER, ...answers, end(EPERM)],
    ];
    const ranges = convert(filter);
    expect(ranges.length).toBeGreaterThan(0);
    expectSame(filter, ranges);
  });

  test('numbers at both ends, compared in each way', () => {
    const filter = [
      ...[...BEGINNING, NUMBER, check(IF_NOT_LESS, 2 ** 32 - 1, 0, 1), end(ENOSYS), check(IF_GREATER, 300, 0, 2)],
      ...[{ ...end(1), code: GO }, end(KILL), check(IF_EQUAL, 0, 0, 1), end(ENOSYS), check(IF_EQUAL, 1, 0, 1)],
      ...[end(ALLOW), check(IF_EQUAL, 2, 0, 1), end(ALLOW), check(IF_EQUAL, 3, 0, 1), end(ALLOW), end(EPERM)],
    ];
    const ranges = convert(filter);
    expect(ranges.length).toBeGreaterThan(0);
    expectSame(filter, ranges);
  });

  test('every system call allowed', () => {
    const filter = list(new Map([1, 2, 3].map((number) => [number, ALLOW])), ALLOW);
    expect(convert(filter)).toEqual([...BEGINNING, NUMBER, end(ALLOW)]);
  });
});

describe('left as it is', () => {
  const allowed = list(new Map(Array.from({ length: 20 }, (_, i) => [i, ALLOW])), EPERM);
  test.each<[string, Instruction[]]>([
    ['nothing', []],
    ['too short', BEGINNING],
    ['no architecture', allowed.slice(BEGINNING.length)],
    ['two architectures', [load(4), check(IF_EQUAL, I386, 2, 0), check(IF_EQUAL, X86_64, 1, 0), ...allowed.slice(2)]],
    ['a number that is reckoned with', [...BEGINNING, NUMBER, { ...load(255), code: AND }, ...allowed.slice(4)]],
    ['a question before the number is there', [...BEGINNING, ...allowed.slice(4)]],
    ['no shorter with ranges', list(new Map([[7, ALLOW]]), EPERM)],
    ['a jump behind the end', [...allowed.slice(0, -1), { ...end(9), code: GO }, end(EPERM)]],
  ])('%s', (_, filter) => expect(convert(filter)).toEqual([]));
});
