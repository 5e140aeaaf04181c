// The functions of the guest's kernel by address, from the System.map that its build leaves in the cache.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from '../../emulator/lib/paths.ts';
import { GUEST_FOLDER } from '../support/machine.ts';

export interface KernelFunction {
  readonly at: number;
  /** More than one for an alias. */
  readonly names: readonly string[];
  readonly bytes: number;
}

export class KernelSymbols {
  readonly #addresses = new Map<string, number>();
  /** In the order of their addresses. */
  readonly #functions: readonly { readonly at: number; readonly name: string }[];

  /** @param map as nm(1) prints it: address, type, name */
  constructor(map: string) {
    const functions: { at: number; name: string }[] = [];
    for (const line of map.split('\n')) {
      const [address = '', type = '', name = ''] = line.split(' ');
      const at = Number.parseInt(address, 16);
      this.#addresses.set(name, at);
      if (/^[tw]$/i.test(type)) functions.push({ at, name });
    }
    this.#functions = functions.sort((one, other) => one.at - other.at);
  }

  /** @throws when the kernel has no such symbol */
  address(name: string): number {
    const at = this.#addresses.get(name);
    if (at === undefined) throw new Error(`Cannot find "${name}" in System.map`);
    return at;
  }

  /** The function that `address` is in. */
  name(address: number): string {
    return this.#functions[this.#index(address)]?.name ?? '?';
  }

  /** The same, with all its names and its bytes up to the next one. */
  function(address: number): KernelFunction {
    const at = this.#functions[this.#index(address)]?.at ?? 0;
    const names = this.#functions.filter((other) => other.at === at).map(({ name }) => name);
    const next = this.#functions.find((other) => other.at > at);
    return { at, names, bytes: (next?.at ?? at) - at };
  }

  #index(address: number): number {
    let [low, high] = [0, this.#functions.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#functions[middle]?.at ?? 0) <= address) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Of the kernel that the built guest has. @throws when its build is not in the cache any more */
export async function guestKernelSymbols(): Promise<KernelSymbols> {
  const wanted = await sha256(join(GUEST_FOLDER, 'bzImage'));
  const folder = join(CACHE, 'kernel');
  for (const name of await readdir(folder)) {
    const built = join(folder, name);
    if ((await sha256(join(built, 'bzImage')).catch(() => undefined)) !== wanted) continue;
    return new KernelSymbols(await readFile(join(built, 'System.map'), 'utf8'));
  }
  throw new Error(`Cannot find the System.map of the guest's kernel below "${folder}"`);
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
