// GET /containers/{id}/logs.
import { MULTIPLEXED_STREAM, RAW_STREAM } from '../../contracts/engine-api.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { Container } from '../container/container.ts';
import type { ContainerContext } from '../container/container-context.ts';
import { readLog, splitLines } from '../container/io/log-reader.ts';
import type { LogPiece, LogQuery } from '../container/io/log-reader.ts';
import { stdcopyFrame } from '../container/io/stdcopy.ts';
import { parseTimestamp, rfc3339NanoFixed } from '../timestamp.ts';
import { Query } from './query.ts';

const utf8 = new TextEncoder();

/** @throws DrydockError in Docker's words */
export function logsResponse({ clock }: ContainerContext, container: Container, request: Request): Response {
  const query = new Query(request);
  const wanted = logQuery(query, container);
  requireReadable(wanted, container);
  const decorate = decoration(query);
  const { Tty } = container.config;

  const gone = new AbortController();
  const pieces = readLog(container.log, wanted, clock, AbortSignal.any([request.signal, gone.signal]));
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await pieces.next();
        if (done === true) {
          if (!gone.signal.aborted) controller.close();
          return;
        }
        if (value.length === 0) continue;
        for (const piece of value) {
          const bytes = decorate(piece);
          controller.enqueue(Tty ? bytes : stdcopyFrame(piece.stream, bytes));
        }
        return;
      }
    },
    async cancel() {
      gone.abort();
      await pieces.return(undefined);
    },
  });
  return new Response(body, { headers: { 'content-type': Tty ? RAW_STREAM : MULTIPLEXED_STREAM } });
}

function logQuery(query: Query, { state }: Container): LogQuery {
  const tail = query.text('tail');
  const until = query.text('until');
  return {
    stdout: query.flag('stdout'),
    stderr: query.flag('stderr'),
    follow: query.flag('follow') && state.running,
    // "all", nothing, and what is no number mean everything.
    tail: /^\d+$/.test(tail) ? Number(tail) : undefined,
    sinceMs: parseTimestamp(query.text('since')),
    untilMs: until === '0' ? undefined : parseTimestamp(until),
  };
}

function requireReadable({ stdout, stderr }: LogQuery, { state, hostConfig }: Container): void {
  if (!stdout && !stderr) {
    throw new DrydockError('invalid-argument', 'Bad parameters: you must choose at least one stream');
  }
  if (state.removing || state.dead) {
    throw new DrydockError('conflict', 'can not get logs from container which is dead or marked for removal');
  }
  if (hostConfig.LogConfig?.Type === 'none') {
    throw new DrydockError('internal', 'configured logging driver does not support reading');
  }
}

/** Puts time and details before each line; the details of json-file are empty unless labels were chosen. */
function decoration(query: Query): (piece: LogPiece) => Uint8Array {
  const timestamps = query.flag('timestamps');
  const details = query.flag('details');
  if (!timestamps && !details) return (piece) => piece.bytes;
  return ({ bytes, timeMs }) => {
    const prefix = utf8.encode(`${timestamps ? `${rfc3339NanoFixed(timeMs)} ` : ''}${details ? ' ' : ''}`);
    return concat(splitLines(bytes).flatMap((line) => [prefix, line]));
  };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
