// The emulator makes WebAssembly of a page of the guest later in a browser than v86 does by itself, where V8 optimises what it makes,
// and earlier in Node, where V8 does not (docs/decisions/0029). v86 has no setting for it, so the number is changed in its code.

/** v86's own: src/rust/jit.rs, JIT_THRESHOLD; in interpreted instructions of a page of the guest. */
const THRESHOLD = 200_000;
const I32_CONST = 0x41;
/** i32.lt_u: what the number is compared with. */
const LESS_THAN = 0x49;

/**
 * @param wasm v86.wasm
 * @param instructions from 8,192 to 1,048,575: what takes as many bytes as the number that was there
 * @throws Error when v86 has no such number, or more than one: another version, to be looked at
 */
export function withJitThreshold(wasm: Uint8Array, instructions: number): Uint8Array<ArrayBuffer> {
  const [before, after] = [THRESHOLD, instructions].map(comparison);
  if (before === undefined || before.length !== after?.length) {
    throw new RangeError(`Cannot set the threshold to ${instructions}: it takes other bytes than ${THRESHOLD}`);
  }
  const code = Buffer.from(wasm);
  const at = code.indexOf(before);
  if (at < 0 || code.includes(before, at + 1)) {
    throw new Error(`Cannot set the threshold to ${instructions}: v86 is not compared with ${THRESHOLD} in one place`);
  }
  after.copy(code, at);
  return new Uint8Array(code);
}

function comparison(instructions: number): Buffer {
  return Buffer.from([I32_CONST, ...signed(instructions), LESS_THAN]);
}

/** Signed LEB128 of what is not negative. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x40; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
