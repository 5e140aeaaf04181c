// The keys that leave a container running (ctrl-p ctrl-q): the daemon watches a tty's input for them.
import { DrydockError } from '../../../contracts/errors.ts';

export const DEFAULT_DETACH_KEYS: Uint8Array = Uint8Array.of(16, 17);

const CONTROL_KEYS = '@abcdefghijklmnopqrstuvwxyz[\\]^_';

/**
 * `ctrl-p,ctrl-q`, `a,b`, `DEL`.
 * @throws DrydockError `invalid-argument` in Docker's words; `what` is "detach" for attach and "escape" for exec
 */
export function parseDetachKeys(keys: string, what: 'detach' | 'escape' = 'detach'): Uint8Array {
  if (keys === '') return DEFAULT_DETACH_KEYS;
  const bytes = keys.split(',').map((key) => {
    if (key.length === 1) return key.charCodeAt(0);
    if (key === 'DEL') return 127;
    const code = key.length === 6 && key.startsWith('ctrl-') ? CONTROL_KEYS.indexOf(key.slice(5)) : -1;
    if (code < 0) throw new DrydockError('invalid-argument', `Invalid ${what} keys (${keys}) provided`);
    return code;
  });
  return Uint8Array.from(bytes);
}

export interface Scanned {
  /** What goes on to the container. */
  readonly pass: Uint8Array;
  /** The whole sequence was typed; what came after it is dropped. */
  readonly detached: boolean;
}

/** Finds the sequence across writes. Keys that only began it are held back until the next one decides. */
export class DetachScanner {
  readonly #keys: Uint8Array;
  #matched = 0;

  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  scan(input: Uint8Array): Scanned {
    const pass: number[] = [];
    for (const byte of input) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched++;
        if (this.#matched === this.#keys.length) return { pass: Uint8Array.from(pass), detached: true };
        continue;
      }
      for (let i = 0; i < this.#matched; i++) pass.push(this.#keys[i] ?? 0);
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) pass.push(byte);
    }
    return { pass: Uint8Array.from(pass), detached: false };
  }
}
