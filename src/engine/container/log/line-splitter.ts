// Output as it comes becomes lines as Docker logs them: a line of 16 KiB or more is cut into pieces of one id and time.
import type { OutputName } from '../io/stdcopy.ts';
import type { LogRun } from './log-entry.ts';

/** Source: moby daemon/logger/copier.go. */
export const MAX_LINE_BYTES = 16 * 1024;
const NEWLINE = 10;
const EMPTY = new Uint8Array(0);

export class LineSplitter {
  readonly #stream: OutputName;
  readonly #newId: () => string;
  /** Not ended by a newline yet; shorter than MAX_LINE_BYTES. */
  #held = EMPTY;
  /** Of the long line under way. */
  #partial: { readonly id: string; readonly timeMs: number; ordinal: number } | undefined;

  constructor(stream: OutputName, newId: () => string) {
    this.#stream = stream;
    this.#newId = newId;
  }

  get held(): Uint8Array {
    return this.#held;
  }

  push(chunk: Uint8Array, timeMs: number): LogRun[] {
    const bytes = join(this.#held, chunk);
    const runs: LogRun[] = [];
    let linesFrom = 0;
    let at = 0;
    const endLines = (): void => {
      if (at > linesFrom) runs.push({ stream: this.#stream, timeMs, bytes: bytes.subarray(linesFrom, at) });
    };
    while (at < bytes.length) {
      // As far as one look back from the longest line's end reaches, all lines are short enough.
      const lastOfMany = this.#partial === undefined ? bytes.lastIndexOf(NEWLINE, at + MAX_LINE_BYTES - 1) : -1;
      if (lastOfMany >= at) {
        at = lastOfMany + 1;
        continue;
      }
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline < 0 ? bytes.length : newline;
      if (end - at >= MAX_LINE_BYTES) {
        endLines();
        runs.push(this.#piece(bytes.subarray(at, at + MAX_LINE_BYTES), timeMs, false));
        linesFrom = at += MAX_LINE_BYTES;
      } else if (newline < 0) {
        break;
      } else if (this.#partial !== undefined) {
        runs.push(this.#piece(bytes.subarray(at, newline + 1), timeMs, true));
        linesFrom = at = newline + 1;
      } else {
        at = newline + 1;
      }
    }
    endLines();
    this.#held = at === bytes.length ? EMPTY : bytes.slice(at);
    return runs;
  }

  /** The stream ended: what was left without a newline is logged without one. */
  flush(timeMs: number): LogRun[] {
    const rest = this.#held;
    this.#held = EMPTY;
    const runs = rest.length === 0 ? [] : [this.#piece(rest, timeMs, false)];
    this.#partial = undefined;
    return runs;
  }

  #piece(bytes: Uint8Array, nowMs: number, last: boolean): LogRun {
    const partial = (this.#partial ??= { id: this.#newId(), timeMs: nowMs, ordinal: 0 });
    partial.ordinal++;
    if (last) this.#partial = undefined;
    const { id, timeMs, ordinal } = partial;
    return { stream: this.#stream, timeMs, bytes, partial: { id, ordinal, last } };
  }
}

// Always a copy: the runtime may reuse its buffer.
function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
