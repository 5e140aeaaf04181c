// GET /containers/{id}/logs.
import { MULTIPLEXED_STREAM, RAW_STREAM } from '../../contracts/engine-api.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { Container } from '../container/container.ts';
import type { ContainerContext } from '../container/container-context.ts';
import type { LogEntry } from '../container/log/log-entry.ts';
import { readLog } from '../container/log/read-log.ts';
import type { LogQuery } from '../container/log/read-log.ts';
import { stdcopyFrame } from '../container/io/stdcopy.ts';
import { parseTimestamp, rfc3339NanoFixed } from '../timestamp.ts';
import { Query } from './query.ts';
import { joinBytes } from '../../shared/join-bytes.ts';

const utf8 = new TextEncoder();

/** @throws DrydockError in Docker's words */
export function logsResponse({ clock }: ContainerContext, container: Container, request: Request): Response {
  const query = new Query(request);
  const streams = { stdout: query.flag('stdout'), stderr: query.flag('stderr') };
  if (!streams.stdout && !streams.stderr) {
    throw new DrydockError('invalid-argument', 'Bad parameters: you must choose at least one stream');
  }
  requireReadable(container);
  const wanted = logQuery(query, container);
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
        const frames = value
          .filter(({ stream }) => streams[stream])
          .map((entry) => (Tty ? decorate(entry) : stdcopyFrame(entry.stream, decorate(entry))));
        if (frames.length === 0) continue;
        controller.enqueue(joinBytes(frames));
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

function logQuery(query: Query, { log }: Container): LogQuery {
  const tail = query.text('tail');
  const until = query.text('until');
  return {
    follow: query.flag('follow') && log.isOpen,
    // "all", nothing, and what is no number mean everything.
    tail: /^\d+$/.test(tail) ? Number(tail) : undefined,
    sinceMs: parseTimestamp(query.text('since')),
    untilMs: until === '0' ? undefined : parseTimestamp(until),
  };
}

function requireReadable({ state, hostConfig }: Container): void {
  if (state.removing || state.dead) {
    throw new DrydockError('conflict', 'can not get logs from container which is dead or marked for removal');
  }
  if (hostConfig.LogConfig?.Type === 'none') {
    throw new DrydockError('internal', 'configured logging driver does not support reading');
  }
}

/** Puts time and details before each entry. */
function decoration(query: Query): (entry: LogEntry) => Uint8Array {
  const timestamps = query.flag('timestamps');
  const details = query.flag('details');
  if (!timestamps && !details) return (entry) => entry.bytes;
  return ({ bytes, timeMs, attributes = {} }) => {
    const time = timestamps ? `${rfc3339NanoFixed(timeMs)} ` : '';
    return joinBytes([utf8.encode(`${time}${details ? `${detailsOf(attributes)} ` : ''}`), bytes]);
  };
}

function detailsOf(attributes: Readonly<Record<string, string>>): string {
  const names = Object.keys(attributes).sort();
  return names.map((name) => `${queryEscape(name)}=${queryEscape(attributes[name] ?? '')}`).join(',');
}

// As Go's url.QueryEscape.
function queryEscape(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2).replaceAll('*', '%2A').replaceAll('%7E', '~');
}
