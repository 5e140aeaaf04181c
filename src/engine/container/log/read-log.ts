// `docker logs`: entries by time and count from the files on the guest's disk, and those that follow.
import type { Clock } from '../../clock.ts';
import type { ContainerLog } from './container-log.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogPosition } from './log-file.ts';

export interface LogQuery {
  readonly follow: boolean;
  /** The last entries of both streams together; undefined is all. Counted before the times are looked at, as Docker does. */
  readonly tail: number | undefined;
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

const READ_BYTES = 512 * 1024;

/** Ends with the log (or where it ended at the call, without `follow`), after `until`, or when `signal` aborts. */
export async function* readLog(
  log: ContainerLog,
  query: LogQuery,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<readonly LogEntry[]> {
  const { file, settings } = log;
  if (file === undefined || settings === undefined) return;
  await log.flush();
  const { start, end } = await file.range(query.tail);
  let position = start;
  const window = new TimeWindow(query);
  while (!signal.aborted && !window.isOver) {
    const changed = nextChange(log, query, clock, signal);
    try {
      const mayGrow = query.follow && log.isOpen && !isPast(query.untilMs, clock);
      if (query.follow) await log.flush();
      const piece = await file.read(position, READ_BYTES);
      const bytes = query.follow ? piece.bytes : before(piece.bytes, piece.position, end);
      const { entries, consumedBytes } = settings.codec.decode(bytes);
      position = advance(piece.position, consumedBytes);
      if (consumedBytes > 0) yield window.choose(entries);
      else if (bytes.length > 0 && piece.position.generation < (await file.end()).generation) {
        // Half an entry at the end of an old file: nothing will ever complete it.
        position = { generation: piece.position.generation + 1, offset: 0 };
      } else if (mayGrow) await changed.promise;
      else return;
    } finally {
      changed.cancel();
    }
  }
}

function advance({ generation, offset }: LogPosition, bytes: number): LogPosition {
  return { generation, offset: offset + bytes };
}

function before(bytes: Uint8Array, at: LogPosition, end: LogPosition): Uint8Array {
  if (at.generation < end.generation) return bytes;
  return at.generation > end.generation ? bytes.subarray(0, 0) : bytes.subarray(0, Math.max(0, end.offset - at.offset));
}

/** From the first entry that is late enough to the first that is too late, as Docker's forwarder. */
class TimeWindow {
  readonly #query: LogQuery;
  #began: boolean;
  #over = false;

  constructor(query: LogQuery) {
    this.#query = query;
    this.#began = query.sinceMs === undefined;
  }

  get isOver(): boolean {
    return this.#over;
  }

  choose(entries: readonly LogEntry[]): readonly LogEntry[] {
    const { sinceMs = 0, untilMs = Number.POSITIVE_INFINITY } = this.#query;
    const first = this.#began ? 0 : entries.findIndex(({ timeMs }) => timeMs >= sinceMs);
    if (first < 0) return [];
    this.#began = true;
    const end = entries.findIndex(({ timeMs }, index) => index >= first && timeMs > untilMs);
    this.#over = end >= 0;
    return entries.slice(first, end < 0 ? undefined : end);
  }
}

function isPast(untilMs: number | undefined, clock: Clock): boolean {
  return untilMs !== undefined && clock.nowMs() >= untilMs;
}

/** Listens from the call on, so that nothing between a read and the waiting is missed. */
function nextChange(
  log: ContainerLog,
  { untilMs, follow }: LogQuery,
  clock: Clock,
  signal: AbortSignal,
): { readonly promise: Promise<void>; readonly cancel: () => void } {
  const stops: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => {
    if (!follow) return;
    stops.push(log.onChange(resolve));
    if (untilMs !== undefined) stops.push(clock.after(Math.max(0, untilMs - clock.nowMs()), resolve));
    const onAbort = (): void => resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    stops.push(() => signal.removeEventListener('abort', onAbort));
  });
  return { promise, cancel: () => stops.forEach((stop) => stop()) };
}
