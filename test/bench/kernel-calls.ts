// `npm run bench -- --order-functions`: which functions of the guest's kernel call each other while containers start and end, and
// from that emulator/kernel/function-order.txt. Generated code asks the emulator where to go on at each return; that is where a
// call is seen, whatever the order of the functions that run is.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMULATOR } from '../../emulator/lib/paths.ts';
import { startDrydock } from '../../src/node/start-drydock.ts';
import { watchForCore } from './emulator-core.ts';
import { pagesOf } from './function-pages.ts';
import type { CalledFunction, Calls } from './function-pages.ts';
import { bash } from './guest-shell.ts';
import { guestKernelSymbols } from './kernel-symbols.ts';
import type { KernelFunction, KernelSymbols } from './kernel-symbols.ts';

const COMMANDS = [
  'docker run --rm busybox echo hi',
  'docker exec watched true',
  'docker run -d --name other busybox sleep 1000; docker stop -t 0 other; docker rm other',
];
/** Code that the emulator does not translate yet is not seen. */
const WARM_UP_RUNS = 60;
const RUNS = 20;
const PAGE_OFFSET = 0xc000_0000;
/** `call` with a distance of 32 bits: what most returns come back behind. */
const CALL = { opcode: 0xe8, bytes: 5 } as const;
const MOST_NESTED = 32;
const HEADER = `# Functions of the kernel in the order of the linker; an empty line ends a page. Written by
# \`npm run bench -- --order-functions\`: write it anew for another version of the kernel, or when what runs in it changed much.
`;

interface Imports {
  readonly e?: Record<string, WebAssembly.ImportValue>;
}
type FindEntry = (address: number, table: number, state: number) => number;

export async function orderFunctions(): Promise<void> {
  const symbols = await guestKernelSymbols();
  const started = watchForCore();
  let watching: CallCounter | undefined;
  watchJumps((address) => watching?.jumped(address));
  const drydock = await startDrydock();
  const { mem8 } = (await started).cpu;
  const counter = new CallCounter(symbols, new DataView(mem8.buffer, mem8.byteOffset));
  try {
    await bash(drydock, 'docker pull -q busybox; docker run -d --name watched busybox sleep 100000');
    for (const command of COMMANDS) {
      await bash(drydock, repeated(command, WARM_UP_RUNS));
      watching = counter;
      await bash(drydock, repeated(command, RUNS));
      watching = undefined;
    }
    const pages = pagesOf(counter.calls);
    const path = join(EMULATOR, 'kernel', 'function-order.txt');
    await writeFile(path, HEADER + pages.map((page) => `\n${page.map(({ name }) => `${name}\n`).join('')}`).join(''));
    console.log(`${pages.flat().length} functions on ${pages.length} pages, in ${path}`);
  } finally {
    await drydock.close();
  }
}

function repeated(command: string, times: number): string {
  return `for _ in $(seq ${times}); do ${command}; done >/dev/null`;
}

/** The next emulator's generated code tells `jumped` where each return and each indirect jump goes, as a virtual address. */
function watchJumps(jumped: (address: number) => void): void {
  const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (
    code: BufferSource,
    imports?: Imports,
  ) => Promise<WebAssembly.WebAssemblyInstantiatedSource>;
  const watched = new WeakMap<object, Imports>();
  const watch = (code: BufferSource, imports: Imports = {}) => {
    const find = imports.e?.['jit_find_cache_entry_in_page'] as FindEntry | undefined;
    if (imports.e === undefined || find === undefined) return instantiate(code, imports);
    const known = watched.get(imports.e) ?? {
      e: {
        ...imports.e,
        jit_find_cache_entry_in_page: (address: number, table: number, state: number) => {
          jumped(address >>> 0);
          return find(address, table, state);
        },
      },
    };
    watched.set(imports.e, known);
    return instantiate(code, known);
  };
  WebAssembly.instantiate = watch as typeof WebAssembly.instantiate;
}

/** Calls between functions that the linker may move: those with a section of their own. */
class CallCounter {
  readonly #symbols: KernelSymbols;
  readonly #memory: DataView;
  readonly #movable: { readonly from: number; readonly end: number };
  readonly #known = new Map<number, { readonly function: KernelFunction; readonly called: CalledFunction }>();
  readonly #calls = new Map<string, Calls & { times: number }>();
  /** Where indirect calls went that did not come back yet, as far as anybody can tell: tasks and interrupts are mixed. */
  readonly #indirect: number[] = [];

  constructor(symbols: KernelSymbols, memory: DataView) {
    this.#symbols = symbols;
    this.#memory = memory;
    this.#movable = { from: symbols.address('_stext'), end: symbols.address('__noinstr_text_start') };
  }

  get calls(): readonly Calls[] {
    return [...this.#calls.values()];
  }

  /** @param address where a return or an indirect jump goes */
  jumped(address: number): void {
    if (address < PAGE_OFFSET) return;
    const callee = this.#calledBefore(address);
    if (callee !== undefined) this.#count(address, callee);
    else if (this.#at(address)?.function.at === address) {
      this.#indirect.push(address);
      if (this.#indirect.length > MOST_NESTED) this.#indirect.shift();
    } else {
      const last = this.#indirect.pop();
      if (last !== undefined) this.#count(address, last);
    }
  }

  /** Where the call went that `address` is behind, if it says so itself. */
  #calledBefore(address: number): number | undefined {
    const call = address - PAGE_OFFSET - CALL.bytes;
    if (this.#memory.getUint8(call) !== CALL.opcode) return undefined;
    return (address + this.#memory.getInt32(call + 1, true)) >>> 0;
  }

  #count(from: number, to: number): void {
    const [caller, callee] = [this.#at(from), this.#at(to)];
    if (caller === undefined || callee === undefined) return;
    const pair = [caller, callee].sort((one, other) => one.function.at - other.function.at);
    const key = pair.map((member) => member.function.at).join(' ');
    const sum = this.#calls.get(key) ?? { between: [caller.called, callee.called] as const, times: 0 };
    sum.times++;
    this.#calls.set(key, sum);
  }

  #at(address: number) {
    if (address < this.#movable.from || address >= this.#movable.end) return undefined;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const found = this.#symbols.function(address);
    const first = this.#known.get(found.at) ?? {
      function: found,
      called: { name: found.names.join('\n'), bytes: found.bytes },
    };
    this.#known.set(found.at, first);
    this.#known.set(address, first);
    return first;
  }
}
