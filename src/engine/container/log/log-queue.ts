// Output that waits for the disk. What the rotation would delete anyway, because so much newer output waits, is forgotten
// here already: a flood costs neither memory nor the time to write it.
import type { LogCodec, LogRun } from './log-entry.ts';

export interface LogQueueLimits {
  readonly codec: LogCodec;
  /** All files together. */
  readonly diskBytes: number;
}

const NEWLINE = 10;

export class LogQueue {
  readonly #limits: LogQueueLimits;
  #runs: { readonly run: LogRun; readonly diskBytes: number }[] = [];
  #head = 0;
  #diskBytes = 0;
  #heldBytes = 0;
  #pushed = 0;
  #gone = 0;

  constructor(limits: LogQueueLimits) {
    this.#limits = limits;
  }

  /** Of output, as it came. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEmpty(): boolean {
    return this.#pushed === this.#gone;
  }

  /** How many runs ever came. */
  get pushed(): number {
    return this.#pushed;
  }

  /** How many of them were taken or forgotten. */
  get gone(): number {
    return this.#gone;
  }

  push(run: LogRun): void {
    const entries = run.partial === undefined ? countLines(run.bytes) : 1;
    const diskBytes = run.bytes.length + entries * this.#limits.codec.overheadBytes;
    this.#runs.push({ run, diskBytes });
    this.#pushed++;
    this.#diskBytes += diskBytes;
    this.#heldBytes += run.bytes.length;
    while (this.#diskBytes - (this.#runs[this.#head]?.diskBytes ?? 0) > this.#limits.diskBytes) this.shift();
  }

  shift(): LogRun | undefined {
    const first = this.#runs[this.#head];
    if (first === undefined) return undefined;
    this.#head++;
    this.#gone++;
    this.#diskBytes -= first.diskBytes;
    this.#heldBytes -= first.run.bytes.length;
    if (this.#head > 64 && this.#head > this.#runs.length / 2) {
      this.#runs = this.#runs.slice(this.#head);
      this.#head = 0;
    }
    return first.run;
  }

  clear(): void {
    while (this.shift() !== undefined);
  }
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
