// v86's code for Node's V8. The emulator turns each hot page of the guest into a WebAssembly module of its own, whose
// single function has up to 200 KB. Optimising one of those takes V8 seconds of a core, and they are replaced before that
// pays: only the emulator itself is optimised here (docs/decisions/0015).
import { setFlagsFromString } from 'node:v8';
import { createSHA256 } from 'hash-wasm';

/** A module keeps the way it is compiled, and tiered up, from when it is made: the flags are for those made later. */
export async function compileEmulator(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  const [module] = await Promise.all([WebAssembly.compile(bytes), createSHA256()]);
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  return module;
}
