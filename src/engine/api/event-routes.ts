// GET /events: what was, if asked for, then what is, one JSON document a line.
import { Hono } from 'hono';
import { DrydockError } from '../../contracts/errors.ts';
import { eventFilter } from '../event/event-filter.ts';
import type { EventMessage } from '../event/event-log.ts';
import { parseTimestamp } from '../timestamp.ts';
import { Filters } from './filters.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';

/** A listener this far behind is cut off: it can ask again with `since`. */
const BUFFERED_EVENTS = 1024;
const utf8 = new TextEncoder();

export function eventRoutes({ events, containers }: Services): Hono {
  const routes = new Hono();
  const { clock } = containers;
  routes.get('/events', (c) => {
    const query = new Query(c.req.raw);
    const [since, until] = [query.text('since'), query.text('until')];
    const [sinceMs, untilMs] = [parseTimestamp(since), parseTimestamp(until)];
    if (untilMs !== undefined && untilMs < (sinceMs ?? 0)) {
      const message = `\`since\` time (${since}) cannot be after \`until\` time (${until})`;
      throw new DrydockError('invalid-argument', message);
    }
    const wanted = eventFilter(Filters.parse(query.text('filters')));
    const stops: (() => void)[] = [];
    const stop = (): void => stops.splice(0).forEach((one) => one());

    const body = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          const send = (message: EventMessage): void => {
            if (wanted(message)) controller.enqueue(utf8.encode(`${JSON.stringify(message)}\n`));
          };
          const end = (): void => {
            stop();
            controller.close();
          };
          if (sinceMs !== undefined || untilMs !== undefined) events.between(sinceMs, untilMs).forEach(send);
          if (untilMs !== undefined && untilMs < clock.nowMs()) return end();
          const unsubscribe = events.subscribe((message) => {
            if ((controller.desiredSize ?? 0) > -BUFFERED_EVENTS) send(message);
            else end();
          });
          stops.push(unsubscribe);
          if (untilMs !== undefined) stops.push(clock.after(untilMs - clock.nowMs(), end));
          const { signal } = c.req.raw;
          signal.addEventListener('abort', end, { once: true });
          stops.push(() => signal.removeEventListener('abort', end));
        },
        cancel: stop,
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  });
  return routes;
}
