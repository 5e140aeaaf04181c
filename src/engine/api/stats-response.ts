// GET /containers/{id}/stats: a stream, two samples a second apart, or one (`one-shot`).
import { DrydockError } from '../../contracts/errors.ts';
import type { ContainerContext } from '../container/container-context.ts';
import type { Container } from '../container/container.ts';
import { statsJson } from '../container/stats/stats-body.ts';
import type { StatsSample } from '../container/stats/stats-body.ts';
import { Query } from './query.ts';

/** A listener this far behind misses samples. */
const BUFFERED_SAMPLES = 16;
const utf8 = new TextEncoder();

/** @throws DrydockError `invalid-argument` in Docker's words */
export async function statsResponse(
  { stats }: ContainerContext,
  container: Container,
  request: Request,
): Promise<Response> {
  const query = new Query(request);
  const [stream, oneShot] = [query.flag('stream', true), query.flag('one-shot')];
  if (stream && oneShot) {
    throw new DrydockError('invalid-argument', 'cannot have stream=true and one-shot=true');
  }
  const { state } = container;
  const single = !stream && (oneShot || !state.running || state.restarting);
  const body = single
    ? statsJson(container, await stats.sample(container))
    : samples(stats, container, request, stream);
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

function samples(
  stats: ContainerContext['stats'],
  container: Container,
  { signal }: Request,
  stream: boolean,
): ReadableStream<Uint8Array> {
  let stop: () => void = () => undefined;
  let previous: StatsSample | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let over = false;
        const end = (): void => {
          if (over) return;
          over = true;
          stop();
          controller.close();
        };
        const unsubscribe = stats.subscribe(container, {
          onSample(sample) {
            const isFirst = previous === undefined;
            // A client that asks once gets the second one, which has something to be compared with.
            if ((stream || !isFirst) && (controller.desiredSize ?? 0) > -BUFFERED_SAMPLES) {
              controller.enqueue(utf8.encode(statsJson(container, sample, previous)));
            }
            previous = sample;
            if (!stream && !isFirst) end();
          },
          onEnd: end,
        });
        stop = () => {
          unsubscribe();
          signal.removeEventListener('abort', end);
        };
        signal.addEventListener('abort', end, { once: true });
        if (signal.aborted) end();
      },
      cancel: () => stop(),
    },
    { highWaterMark: 0 },
  );
}
