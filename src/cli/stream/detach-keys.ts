// Ctrl-P Ctrl-Q leaves a container running: the client watches for the keys in what is typed.
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';

const DEFAULT_KEYS = Uint8Array.of(16, 17);
const CONTROL_NAMES = '@abcdefghijklmnopqrstuvwxyz[\\]^_';

/** `ctrl-p,ctrl-q` or single characters. Undefined when a key has no such name. */
function parseKeys(text: string): Uint8Array | undefined {
  const codes: number[] = [];
  for (const key of text.split(',')) {
    const control = /^ctrl-(.)$/.exec(key)?.[1];
    const code = control === undefined ? -1 : CONTROL_NAMES.indexOf(control);
    if ([...key].length === 1) codes.push(key.charCodeAt(0));
    else if (code >= 0) codes.push(code);
    else if (key === 'DEL') codes.push(127);
    else return undefined;
  }
  return Uint8Array.from(codes);
}

/** The keys of `--detach-keys`, else those of config.json: only who can type them asks for that. */
export async function chosenDetachKeys(context: CliContext, flag: string, canType: boolean): Promise<string> {
  return flag !== '' || !canType ? flag : ((await context.config()).detachKeys ?? '');
}

/** The keys were pressed. Some commands say so, others just end. */
export class DetachedError extends CliError {
  constructor() {
    super('read escape sequence');
    this.name = 'DetachedError';
  }
}

/** Lets bytes through, but holds back what may be the start of the keys. */
export class DetachKeys {
  readonly #keys: Uint8Array;
  #matched = 0;

  /** @param keys as `--detach-keys` has them; empty or wrong ones give the default */
  constructor(keys: string) {
    this.#keys = (keys === '' ? undefined : parseKeys(keys)) ?? DEFAULT_KEYS;
  }

  /** What to pass on of `bytes`, and whether the keys are complete. */
  feed(bytes: Uint8Array): { readonly passed: Uint8Array; readonly detached: boolean } {
    const passed: number[] = [];
    for (const byte of bytes) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched += 1;
        if (this.#matched === this.#keys.length) return { passed: Uint8Array.from(passed), detached: true };
        continue;
      }
      passed.push(...this.#keys.subarray(0, this.#matched));
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) passed.push(byte);
    }
    return { passed: Uint8Array.from(passed), detached: false };
  }
}
