// What the guest's kernel is doing, read from outside: its memory, the emulated processor's registers, and the addresses that the
// kernel's build wrote down. Nothing of it runs in the guest, so looking changes nothing.
import type { KernelSymbols } from './kernel-symbols.ts';

/** The corner of v86's processor that is read here. Registers in the order of their encoding: eax first, esp fifth. */
export interface Processor {
  readonly in_hlt: Uint8Array;
  readonly instruction_pointer: Int32Array;
  readonly instruction_counter: Uint32Array;
  readonly reg32: Int32Array;
  readonly mem8: Uint8Array;
}

export interface Moment {
  /** The name of the process (comm). */
  readonly process: string;
  /** A system call by its name, or what else it is in the kernel for, or that it is not. */
  readonly doing: string;
  /** Of the kernel; undefined in a process's own code. */
  readonly symbol?: string;
}

/** arch/x86, 32 bits: where the kernel's memory begins, and how large a kernel stack is. */
const PAGE_OFFSET = 0xc000_0000;
const THREAD_BYTES = 8192;
/** struct pt_regs ends below the stack's padding; words from its start. */
const PT_REGS = { bytes: 68, padding: 8, originalEax: 11, cs: 13 } as const;
const USER_CS = 0x73;
/** The length of arch/x86/entry/syscalls/syscall_32.tbl in 6.1. */
const SYSTEM_CALLS = 451;
const ESP = 4;
const TIMER = 'asm_sysvec_apic_timer_interrupt';
const COMM_BYTES = 16;
const INIT_TASK_BYTES = 8192;

export class GuestKernel {
  readonly #processor: Processor;
  readonly #symbols: KernelSymbols;
  readonly #commOffset: number;
  readonly #current: number;
  readonly #systemCalls: number;

  constructor(processor: Processor, symbols: KernelSymbols) {
    this.#processor = processor;
    this.#symbols = symbols;
    const initTask = this.#bytes(symbols.address('init_task'), INIT_TASK_BYTES);
    // The first task's name: where it is in the structure depends on the configuration.
    this.#commOffset = initTask.indexOf('swapper');
    this.#current = symbols.address('current_task');
    this.#systemCalls = symbols.address('sys_call_table');
  }

  /** undefined while the processor waits for an interrupt. */
  now(): Moment | undefined {
    const { in_hlt, instruction_pointer, reg32 } = this.#processor;
    if (in_hlt[0] === 1) return undefined;
    const comm = this.#bytes(this.#word(this.#current) + this.#commOffset, COMM_BYTES).toString('latin1');
    const process = comm.slice(0, comm.indexOf('\0'));
    let at = (instruction_pointer[0] ?? 0) >>> 0;
    // A turn often ends because a timer is due: what counts is what was interrupted, whose address was just saved.
    if (this.#symbols.name(at) === TIMER && this.#isMemory((reg32[ESP] ?? 0) >>> 0))
      at = this.#word((reg32[ESP] ?? 0) >>> 0);
    if (at < PAGE_OFFSET) return { process, doing: 'its own code' };
    const stackEnd = (((reg32[ESP] ?? 0) | (THREAD_BYTES - 1)) >>> 0) + 1;
    return {
      process,
      doing: this.#enteredFor(stackEnd - PT_REGS.padding - PT_REGS.bytes),
      symbol: this.#symbols.name(at),
    };
  }

  /** @param registers what was saved when the process entered the kernel */
  #enteredFor(registers: number): string {
    // On the small stack that the processor switches to first.
    if (!this.#isMemory(registers)) return 'page fault or interrupt';
    if ((this.#word(registers + 4 * PT_REGS.cs) & 0xffff) !== USER_CS) return 'kernel thread';
    const call = this.#word(registers + 4 * PT_REGS.originalEax) | 0;
    // No call: -1, or what was on the stack before an interrupt that has only begun.
    if (call < 0 || call >= SYSTEM_CALLS) return 'page fault or interrupt';
    return this.#symbols.name(this.#word(this.#systemCalls + 4 * call)).replace(/^__ia32_(compat_)?sys_(ia32_)?/, '');
  }

  #isMemory(address: number): boolean {
    return address >= PAGE_OFFSET && address - PAGE_OFFSET < this.#processor.mem8.length;
  }

  #word(address: number): number {
    return this.#bytes(address, 4).readUInt32LE();
  }

  #bytes(address: number, length: number): Buffer {
    const { mem8 } = this.#processor;
    return Buffer.from(mem8.buffer, mem8.byteOffset + (address - PAGE_OFFSET), length);
  }
}
