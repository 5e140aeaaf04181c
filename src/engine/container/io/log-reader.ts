// `docker logs`: picks lines from a container's log by time, count and stream, and follows it.
import type { Clock } from '../../clock.ts';
import type { ContainerLog, LogRecord } from './container-log.ts';
import type { OutputName } from './stdcopy.ts';

export interface LogQuery {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly follow: boolean;
  /** The last lines of both streams together; undefined is all. */
  readonly tail: number | undefined;
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

/** Lines of one stream with one time. */
export interface LogPiece {
  readonly stream: OutputName;
  readonly timeMs: number;
  readonly bytes: Uint8Array;
}

const NEWLINE = 10;

/** Ends with the log (or at once without `follow`), at `until`, or when `signal` aborts. */
export async function* readLog(
  log: ContainerLog,
  query: LogQuery,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<readonly LogPiece[]> {
  let next = log.nextSequence;
  yield wanted(tailOf(log.from(0).filter(inTime(query)), query.tail), query);
  while (query.follow && !signal.aborted) {
    const records = log.from(next);
    next = log.nextSequence;
    if (records.length > 0) yield wanted(records.filter(inTime(query)), query);
    else if (!log.isOpen || isOver(query, clock)) return;
    else await nextChange(log, query, clock, signal);
  }
}

/** Each line by itself, newline included. */
export function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

function inTime({ sinceMs, untilMs }: LogQuery): (record: LogRecord) => boolean {
  return ({ timeMs }) => (sinceMs === undefined || timeMs >= sinceMs) && (untilMs === undefined || timeMs <= untilMs);
}

function wanted(pieces: readonly LogPiece[], query: LogQuery): readonly LogPiece[] {
  return pieces.filter((piece) => query[piece.stream]);
}

function tailOf(records: readonly LogRecord[], tail: number | undefined): readonly LogPiece[] {
  if (tail === undefined) return records;
  const pieces: LogPiece[] = [];
  let left = tail;
  for (let i = records.length - 1; i >= 0 && left > 0; i--) {
    const record = records[i];
    if (record === undefined) break;
    const lines = splitLines(record.bytes);
    const taken = lines.slice(-left);
    left -= taken.length;
    const start = lines.slice(0, lines.length - taken.length).reduce((sum, line) => sum + line.length, 0);
    pieces.unshift({ ...record, bytes: record.bytes.subarray(start) });
  }
  return pieces;
}

function isOver({ untilMs }: LogQuery, clock: Clock): boolean {
  return untilMs !== undefined && clock.nowMs() >= untilMs;
}

function nextChange(log: ContainerLog, { untilMs }: LogQuery, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const done = (): void => {
      for (const stop of stops) stop();
      resolve();
    };
    stops.push(log.onChange(done));
    if (untilMs !== undefined) stops.push(clock.after(Math.max(0, untilMs - clock.nowMs()), done));
    signal.addEventListener('abort', done, { once: true });
    stops.push(() => signal.removeEventListener('abort', done));
    if (signal.aborted) done();
  });
}
