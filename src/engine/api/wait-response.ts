// POST /containers/{id}/wait: the head goes out at once, the body when the condition is met.
import { DrydockError } from '../../contracts/errors.ts';
import type { Container } from '../container/container.ts';
import type { WaitCondition } from '../container/container-state.ts';
import { Query } from './query.ts';

const CONDITIONS: readonly WaitCondition[] = ['not-running', 'next-exit', 'removed'];
const utf8 = new TextEncoder();

/** @throws DrydockError `invalid-argument`: invalid condition: "x" */
export function waitResponse({ state }: Container, request: Request): Response {
  const wanted = new Query(request).text('condition');
  const condition = wanted === '' ? 'not-running' : CONDITIONS.find((name) => name === wanted);
  if (condition === undefined) throw new DrydockError('invalid-argument', `invalid condition: "${wanted}"`);

  const gone = new AbortController();
  const status = state.wait(condition, AbortSignal.any([request.signal, gone.signal]));
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        const { exitCode, error } = await status;
        const answer = { StatusCode: exitCode, ...(error !== undefined && { Error: { Message: error } }) };
        controller.enqueue(utf8.encode(`${JSON.stringify(answer)}\n`));
        controller.close();
      } catch (error) {
        if (!gone.signal.aborted) controller.error(error);
      }
    },
    cancel: () => gone.abort(),
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}
