// v86's code for Node's V8. The emulator turns each hot page of the guest into a WebAssembly module of its own, whose
// single function has up to 200 KB. Optimising one of those takes V8 seconds of a core, and most are replaced before that
// pays (docs/decisions/0015).
import { setFlagsFromString } from 'node:v8';
import { createSHA256 } from 'hash-wasm';

/**
 * How long the process is there: one that runs a script has V8 optimise the emulator only, which halves its processor time;
 * one that serves has everything optimised, which makes it a sixth faster after some hundred containers.
 */
export type Lifetime = 'script' | 'server';

/** A module keeps the way it is compiled, and tiered up, from when it is made: the flags are for those made later. */
export async function compileEmulator(
  bytes: Uint8Array<ArrayBuffer>,
  lifetime: Lifetime = 'script',
): Promise<WebAssembly.Module> {
  const [module] = await Promise.all([WebAssembly.compile(bytes), createSHA256()]);
  if (lifetime === 'script') {
    setFlagsFromString('--no-wasm-tier-up');
    setFlagsFromString('--no-wasm-dynamic-tiering');
  }
  return module;
}
