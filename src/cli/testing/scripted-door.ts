// An engine that answers from a script and writes down what it was asked.
import type { EngineDoor, UpgradedConnection } from '../../contracts/engine-api.ts';
import type { ClientCase, RecordedRequest } from './client-case.ts';
import { answerBytes, routeFor } from './client-case.ts';

export class ScriptedDoor implements EngineDoor {
  readonly requests: RecordedRequest[] = [];
  readonly #given: ClientCase;
  readonly #seen = new Map<string, number>();

  constructor(given: ClientCase) {
    this.#given = given;
  }

  async fetch(request: Request): Promise<Response> {
    const { answer } = routeFor(this.#given, await this.#record(request), this.#seen);
    const status = answer.status ?? 200;
    const body = status === 204 || status === 304 ? null : answerBytes(answer);
    return new Response(body, { status, headers: { 'content-type': 'application/json' } });
  }

  async upgrade(request: Request): Promise<UpgradedConnection | Response> {
    const { answer } = routeFor(this.#given, await this.#record(request), this.#seen);
    if ((answer.status ?? 101) >= 400)
      return new Response(answerBytes(answer), {
        status: answer.status ?? 500,
        headers: { 'content-type': 'application/json' },
      });
    const bytes = answerBytes(answer);
    const readable = new ReadableStream<Uint8Array>({
      start(controller) {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    });
    return { response: new Response(null, { status: 200 }), stream: { readable, writable: new WritableStream() } };
  }

  async #record(request: Request): Promise<string> {
    const { pathname, searchParams } = new URL(request.url);
    searchParams.sort();
    const query = searchParams.toString();
    const key = `${request.method} ${pathname.replace(/^\/v1\.\d+/, '')}${query === '' ? '' : `?${query}`}`;
    const text = await request.text();
    this.requests.push({ request: key, ...(text === '' ? {} : { body: JSON.parse(text) as unknown }) });
    return key;
  }
}
