// The only file that knows v86: an emulated PC with one 9p device and one serial port, and no screen, keyboard or disk.
import { V86 } from 'v86';
import { DrydockError } from '../../contracts/errors.ts';
import { pace } from './pacing.ts';
import type { PacedCore } from './pacing.ts';

/** The corners of v86 that its types leave out. */
interface Core extends PacedCore {
  readonly cpu: {
    zero_memory(address: number, bytes: number): void;
    readonly wm: { readonly exports: { set_jit_config(index: number, value: number): void } };
  };
}

/** v86's number for the setting (its src/rust/jit.rs). */
const JIT_MAX_PAGES = 1;

export interface EmulatorOptions {
  /** v86.wasm, maybe on its way. */
  readonly wasm: Promise<WebAssembly.Module>;
  readonly memoryBytes: number;
  /** How many of the guest's hot pages may become one WebAssembly module; 3 when left out. */
  readonly pagesPerModule?: number;
  /** The guest's kernel uses the local APIC's timer; the same for a boot and its restores. */
  readonly acpi: boolean;
  /** What to boot; without it the machine is empty and waits for `restore`. */
  readonly boot?: BootFiles;
  /** The guest's serial console, line by line as it is complete. */
  readonly onConsole: (text: string) => void;
  /** A 9P2000.L request; `reply` is called once, now or later. Must not throw. */
  readonly handle9p: (request: Uint8Array, reply: (answer: Uint8Array) => void) => void;
}

export interface BootFiles {
  readonly bios: Uint8Array<ArrayBuffer>;
  readonly vgaBios: Uint8Array<ArrayBuffer>;
  /** bzImage. */
  readonly kernel: Uint8Array<ArrayBuffer>;
  /** cpio. */
  readonly initramfs: Uint8Array<ArrayBuffer>;
  readonly commandLine: string;
}

export interface Emulator {
  run(): Promise<void>;
  /** Resolves when the processor has stopped. */
  stop(): Promise<void>;
  /** Of a stopped machine, without an unanswered 9p request. */
  save(): Promise<Uint8Array<ArrayBuffer>>;
  /** Into a machine of the same memory size. @param state as `save` made it, maybe compressed with zstd */
  restore(state: Uint8Array<ArrayBuffer>): Promise<void>;
  destroy(): Promise<void>;
}

/** Resolves when the machine is ready to run. @throws DrydockError `machine` when WebAssembly or its memory is refused */
export async function createEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { boot } = options;
  // Before the constructor, which would swallow the reason of a failure.
  const module = await compiled(options.wasm);
  let refuse: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  const v86 = new V86({
    wasm_fn: async (imports) => {
      try {
        return (await WebAssembly.instantiate(module, imports)).exports;
      } catch (cause) {
        refuse(new DrydockError('machine', `Cannot start the emulator: ${reasonOf(cause)}`, { cause }));
        return new Promise<never>(() => undefined);
      }
    },
    memory_size: options.memoryBytes,
    vga_memory_size: 1 << 20,
    acpi: options.acpi,
    autostart: false,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    filesystem: { handle9p: options.handle9p },
    ...(boot === undefined
      ? {}
      : {
          bios: { buffer: ownBuffer(boot.bios) },
          vga_bios: { buffer: ownBuffer(boot.vgaBios) },
          bzimage: { buffer: ownBuffer(boot.kernel) },
          initrd: { buffer: ownBuffer(boot.initramfs) },
          cmdline: boot.commandLine,
        }),
  });
  listenToConsole(v86, options.onConsole);
  const loaded = new Promise<void>((resolve) => v86.add_listener('emulator-loaded', () => resolve()));
  await Promise.race([loaded, failed]);
  let used = false;
  const core = (v86 as unknown as { readonly v86: Core }).v86;
  if (options.pagesPerModule !== undefined) {
    core.cpu.wm.exports.set_jit_config(JIT_MAX_PAGES, options.pagesPerModule);
  }
  const endPacing = pace(core);
  const stop = async (): Promise<void> => {
    const stopped = v86.stop();
    // A halted processor would notice at its next timer only.
    core.next_tick(0);
    await stopped;
  };

  return {
    run: () => {
      used = true;
      return v86.run();
    },
    stop,
    save: async () => new Uint8Array(await v86.save_state()),
    restore: async (state) => {
      const { zero_memory } = core.cpu;
      try {
        // Nothing ran here: the memory is zero as WebAssembly made it. Writing half a gigabyte of zeros would take
        // longer than the rest of the restore, and would make the host provide all of it.
        if (boot === undefined && !used) core.cpu.zero_memory = () => undefined;
        await v86.restore_state(ownBuffer(state));
      } catch (cause) {
        throw new DrydockError('machine', `Cannot restore the snapshot: ${reasonOf(cause)}`, { cause });
      } finally {
        core.cpu.zero_memory = zero_memory;
        used = true;
      }
    },
    async destroy() {
      await stop();
      endPacing();
      await v86.destroy();
    },
  };
}

async function compiled(wasm: Promise<WebAssembly.Module>): Promise<WebAssembly.Module> {
  try {
    return await wasm;
  } catch (cause) {
    throw new DrydockError('machine', `Cannot compile the emulator: ${reasonOf(cause)}`, { cause });
  }
}

function listenToConsole(v86: V86, onConsole: (text: string) => void): void {
  const bytes: number[] = [];
  const decoder = new TextDecoder();
  v86.add_listener('serial0-output-byte', (byte) => {
    bytes.push(byte);
    if (byte !== 0x0a) return;
    onConsole(decoder.decode(new Uint8Array(bytes)));
    bytes.length = 0;
  });
}

// v86 takes whole buffers: a view of a larger one must be copied out.
function ownBuffer(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return whole ? bytes.buffer : bytes.slice().buffer;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
