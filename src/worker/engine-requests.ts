// The page's way through the Engine API door: small requests answered whole, and the stream of events.
import type { EngineDoor } from '../contracts/engine-api.ts';
import type { EngineRequest, EngineResponse } from '../contracts/worker-surface.ts';
import { readLines } from '../shared/read-lines.ts';

const ORIGIN = 'http://docker';

export async function askEngine(door: EngineDoor, request: EngineRequest): Promise<EngineResponse> {
  const response = await door.fetch(
    new Request(`${ORIGIN}${request.path}`, {
      method: request.method,
      ...(request.body !== undefined && { body: request.body, headers: { 'content-type': 'application/json' } }),
    }),
  );
  return { status: response.status, body: await response.text() };
}

/** @returns a function that ends the subscription */
export async function followEvents(door: EngineDoor, onEvent: (event: unknown) => void): Promise<() => void> {
  const aborter = new AbortController();
  const response = await door.fetch(new Request(`${ORIGIN}/events`, { signal: aborter.signal }));
  const { body } = response;
  if (body !== null) {
    void (async () => {
      for await (const line of readLines(body)) onEvent(JSON.parse(line));
    })().catch((error: unknown) => {
      if (!aborter.signal.aborted) console.warn(`drydock: the stream of events ended: ${String(error)}`);
    });
  }
  return () => aborter.abort();
}
