// A door that tells whether anything may have changed behind it: an engine that was only read from, or that refused
// whatever else was asked, is as good as a fresh one.
import type { EngineDoor, UpgradedConnection } from '../../src/contracts/engine-api.ts';

export class WatchedDoor implements EngineDoor {
  readonly #door: EngineDoor;
  /** Requests to change something that were granted, failed half-way, or still go on. */
  #changes = 0;

  constructor(door: EngineDoor) {
    this.#door = door;
  }

  get unchanged(): boolean {
    return this.#changes === 0;
  }

  fetch(request: Request): Promise<Response> {
    return this.#watch(request, this.#door.fetch(request), (response) => response.status);
  }

  upgrade(request: Request): Promise<UpgradedConnection | Response> {
    return this.#watch(request, this.#door.upgrade(request), (answer) =>
      answer instanceof Response ? answer.status : answer.response.status,
    );
  }

  async #watch<T>({ method }: Request, answered: Promise<T>, statusOf: (answer: T) => number): Promise<T> {
    if (method === 'GET' || method === 'HEAD') return answered;
    this.#changes++;
    const answer = await answered;
    const status = statusOf(answer);
    if (status >= 400 && status < 500) this.#changes--;
    return answer;
  }
}
