// /var/lib/docker/containers/<id>/<id>-json.log, for learners who look: written behind the output, never in its way.
import type { HostFiles } from '../../../contracts/runtime.ts';
import type { Clock } from '../../clock.ts';
import { rfc3339Nano } from '../../timestamp.ts';
import type { ContainerLog, LogRecord } from './container-log.ts';
import { splitLines } from './log-reader.ts';

/** Output is collected for this long: a short `docker run --rm` never writes. */
const DELAY_MS = 250;
/** The guest's disk is its memory: only the newest output of a talkative container is on it. */
const FILE_CAP_BYTES = 1024 * 1024;
const FILE_MODE = 0o640;

const utf8 = new TextEncoder();

export class LogFile {
  readonly #files: HostFiles;
  readonly #path: string;
  readonly #log: ContainerLog;
  readonly #clock: Clock;
  readonly #stopListening: () => void;
  #next = 0;
  #writtenBytes = 0;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #stopped = false;

  constructor(files: HostFiles, path: string, log: ContainerLog, clock: Clock) {
    this.#files = files;
    this.#path = path;
    this.#log = log;
    this.#clock = clock;
    this.#stopListening = log.onChange(() => this.#schedule());
  }

  /** No more writes; settles when none is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening();
    this.#cancelTimer?.();
    await this.#writing;
  }

  #schedule(): void {
    if (this.#stopped || this.#cancelTimer !== undefined || this.#writing !== undefined) return;
    if (this.#next === this.#log.nextSequence) return;
    this.#cancelTimer = this.#clock.after(DELAY_MS, () => {
      this.#cancelTimer = undefined;
      this.#writing = this.#flush()
        // A log that cannot be written must not stop a container; the log in memory is complete.
        .catch(() => undefined)
        .finally(() => {
          this.#writing = undefined;
          this.#schedule();
        });
    });
  }

  async #flush(): Promise<void> {
    const records = newestOf(this.#log.from(this.#next));
    const contiguous = records[0]?.sequence === this.#next;
    this.#next = this.#log.nextSequence;
    const bytes = utf8.encode(records.map(toJsonLines).join(''));
    const append = contiguous && this.#writtenBytes > 0 && this.#writtenBytes + bytes.length <= 2 * FILE_CAP_BYTES;
    this.#writtenBytes = append ? this.#writtenBytes + bytes.length : bytes.length;
    await this.#files.write(this.#path, bytes, { mode: FILE_MODE, append });
  }
}

function newestOf(records: readonly LogRecord[]): readonly LogRecord[] {
  let bytes = 0;
  let first = records.length;
  while (first > 0 && bytes < FILE_CAP_BYTES / 4) bytes += records[--first]?.bytes.length ?? 0;
  return records.slice(first);
}

function toJsonLines({ stream, timeMs, bytes }: LogRecord): string {
  const decoder = new TextDecoder();
  const time = rfc3339Nano(timeMs);
  return splitLines(bytes)
    .map((line) => `${JSON.stringify({ log: decoder.decode(line), stream, time })}\n`)
    .join('');
}
