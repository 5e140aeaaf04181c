// What a container wrote, kept in memory under a cap: `docker logs` reads it, the newest output pushes out the oldest.
import type { Clock } from '../../clock.ts';
import type { OutputName } from './stdcopy.ts';

/** Whole lines that arrived together; without a final newline only where Docker too would cut. */
export interface LogRecord {
  readonly sequence: number;
  readonly stream: OutputName;
  readonly timeMs: number;
  readonly bytes: Uint8Array;
}

const DEFAULT_CAP_BYTES = 16 * 1024 * 1024;
/** Docker's json-file driver cuts longer lines into pieces of this size. */
const MAX_LINE_BYTES = 16 * 1024;
/** What a record costs beyond its bytes. */
const RECORD_OVERHEAD_BYTES = 128;
const NEWLINE = 10;
const EMPTY = new Uint8Array(0);

export class ContainerLog {
  readonly #clock: Clock;
  readonly #capBytes: number;
  readonly #pending: Record<OutputName, Uint8Array> = { stdout: EMPTY, stderr: EMPTY };
  #records: LogRecord[] = [];
  /** Records before this index are dropped; the array is compacted now and then. */
  #head = 0;
  #heldBytes = 0;
  #nextSequence = 0;
  #open = false;
  readonly #listeners = new Set<() => void>();

  constructor(clock: Clock, capBytes = DEFAULT_CAP_BYTES) {
    this.#clock = clock;
    this.#capBytes = capBytes;
  }

  /** The container runs: there may be more. */
  get isOpen(): boolean {
    return this.#open;
  }

  get nextSequence(): number {
    return this.#nextSequence;
  }

  open(): void {
    this.#open = true;
  }

  append(stream: OutputName, chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    const rest = chunk.subarray(end);
    if (end > 0) {
      this.#add(stream, join(this.#pending[stream], chunk.subarray(0, end)));
      this.#pending[stream] = rest.length === 0 ? EMPTY : rest.slice();
    } else {
      this.#pending[stream] = join(this.#pending[stream], rest);
    }
    if (this.#pending[stream].length >= MAX_LINE_BYTES) this.#flush(stream);
    this.#notify();
  }

  /** The run is over: what was left without a newline is a line now, and followers end. */
  close(): void {
    this.#flush('stdout');
    this.#flush('stderr');
    this.#open = false;
    this.#notify();
  }

  /** Output not yet ended by a newline. */
  pending(stream: OutputName): Uint8Array {
    return this.#pending[stream];
  }

  /** The records from `sequence` on that are still held. */
  from(sequence: number): readonly LogRecord[] {
    const first = this.#records[this.#head]?.sequence ?? this.#nextSequence;
    return this.#records.slice(this.#head + Math.max(0, sequence - first));
  }

  /** Called after each append and at the end. @returns a function that stops it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #flush(stream: OutputName): void {
    const line = this.#pending[stream];
    this.#pending[stream] = EMPTY;
    if (line.length > 0) this.#add(stream, line);
  }

  #add(stream: OutputName, bytes: Uint8Array): void {
    this.#records.push({ sequence: this.#nextSequence++, stream, timeMs: this.#clock.nowMs(), bytes });
    this.#heldBytes += bytes.length + RECORD_OVERHEAD_BYTES;
    while (this.#heldBytes > this.#capBytes && this.#head < this.#records.length - 1) {
      const oldest = this.#records[this.#head];
      this.#heldBytes -= (oldest?.bytes.length ?? 0) + RECORD_OVERHEAD_BYTES;
      this.#head++;
    }
    if (this.#head > 64 && this.#head > this.#records.length / 2) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

// Always a copy: the runtime may reuse its buffer, and a small line must not keep a large chunk alive.
function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
