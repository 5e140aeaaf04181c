// v86's code for Node's V8. The emulator turns hot pages of the guest into WebAssembly modules, whose single function has up to
// 230 KB. Optimising one of those takes V8 seconds of a core, and never pays that back (docs/decisions/0015).
import { setFlagsFromString } from 'node:v8';
import { createDigestStream } from '../engine/blob/sha256.ts';
import { withJitThreshold } from './jit-threshold.ts';

/** A quarter of v86's own: with nothing to optimise a module is cheap, and an exec takes a seventh less (docs/decisions/0029). */
const JIT_THRESHOLD = 50_000;

/**
 * V8 optimises the emulator, and the hash function, but not what the emulator generates: a module keeps the way it is compiled,
 * and tiered up, from when it is made, and the flags are for those made later.
 */
export async function compileEmulator(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  const [module] = await Promise.all([
    WebAssembly.compile(withJitThreshold(bytes, JIT_THRESHOLD)),
    createDigestStream(),
  ]);
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  return module;
}
