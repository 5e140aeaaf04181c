// SHA-256 by our own WebAssembly (sha256-code.ts): one instance for a thread, which each stream lends its state for a moment.
import { CONSTANTS_OFFSET, DATA_OFFSET, MEMORY_PAGES, STATE_OFFSET, sha256Code } from './sha256-code.ts';

const BLOCK_BYTES = 64;
const PAGE_BYTES = 65_536;
const DATA_BYTES = Math.floor((MEMORY_PAGES * PAGE_BYTES - DATA_OFFSET) / BLOCK_BYTES) * BLOCK_BYTES;
/** The padding ends with the message's length in bits, as 64 of them. */
const LENGTH_BYTES = 8;

const PRIMES = firstPrimes(64);
/** FIPS 180-4, 4.2.2 and 5.3.3: the first bits of the fractions of roots of primes. */
const CONSTANTS = PRIMES.map((prime) => fractionOf(Math.cbrt(prime)));
const INITIAL = PRIMES.slice(0, 8).map((prime) => fractionOf(Math.sqrt(prime)));

/** The instance. */
interface Sha256Machine {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly words: DataView;
  compress(at: number, end: number): void;
}

let machine: Promise<Sha256Machine> | undefined;

/** @throws CompileError where WebAssembly has no vectors */
export async function newSha256(): Promise<Sha256Stream> {
  return new Sha256Stream(await (machine ??= startMachine()));
}

export class Sha256Stream {
  readonly #machine: Sha256Machine;
  readonly #state = [...INITIAL];
  /** Of a block that is not whole yet. */
  readonly #rest = new Uint8Array(BLOCK_BYTES);
  #restBytes = 0;
  #bytes = 0;

  constructor(own: Sha256Machine) {
    this.#machine = own;
  }

  update(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#take(bytes);
  }

  /** Ends the stream. 64 hexadecimal digits. */
  hex(): string {
    const used = this.#restBytes + 1 + LENGTH_BYTES;
    const padding = new Uint8Array(1 + LENGTH_BYTES + ((BLOCK_BYTES - (used % BLOCK_BYTES)) % BLOCK_BYTES));
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - LENGTH_BYTES, BigInt(this.#bytes) * 8n);
    this.#take(padding);
    return this.#state.map((word) => word.toString(16).padStart(8, '0')).join('');
  }

  #take(bytes: Uint8Array): void {
    const { memory, words, compress } = this.#machine;
    this.#state.forEach((word, index) => words.setUint32(STATE_OFFSET + 4 * index, word, true));
    memory.set(this.#rest.subarray(0, this.#restBytes), DATA_OFFSET);
    let used = this.#restBytes;
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + DATA_BYTES - used);
      memory.set(piece, DATA_OFFSET + used);
      at += piece.length;
      used += piece.length;
      const whole = used - (used % BLOCK_BYTES);
      if (whole === 0) continue;
      compress(DATA_OFFSET, DATA_OFFSET + whole);
      memory.copyWithin(DATA_OFFSET, DATA_OFFSET + whole, DATA_OFFSET + used);
      used -= whole;
    }
    this.#rest.set(memory.subarray(DATA_OFFSET, DATA_OFFSET + used));
    this.#restBytes = used;
    this.#state.forEach((_, index) => (this.#state[index] = words.getUint32(STATE_OFFSET + 4 * index, true)));
  }
}

async function startMachine(): Promise<Sha256Machine> {
  const { instance } = await WebAssembly.instantiate(sha256Code());
  const { memory, compress } = instance.exports as {
    memory: WebAssembly.Memory;
    compress: Sha256Machine['compress'];
  };
  const buffer = memory.buffer as ArrayBuffer;
  const words = new DataView(buffer);
  CONSTANTS.forEach((word, index) => words.setUint32(CONSTANTS_OFFSET + 4 * index, word, true));
  return { memory: new Uint8Array(buffer), words, compress };
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

/** The first 32 bits behind the point. */
function fractionOf(root: number): number {
  return Math.floor((root % 1) * 2 ** 32) >>> 0;
}
