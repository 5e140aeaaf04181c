// The status line's facts, from the engine and from nowhere else.
import type { WorkerSurface } from '../../contracts/worker-surface.ts';
import type { EngineFeed } from '../client/engine-feed.ts';

export class EngineStatus {
  /** The engine's `Version`, undefined until it answered. */
  version = $state<string | undefined>();
  /** Running containers, undefined until the engine answered. */
  running = $state<number | undefined>();

  constructor(feed: EngineFeed) {
    // A count that fails leaves the last one; the next event asks again.
    feed.onChange(() => void this.#count().catch(() => undefined));
  }

  #surface: WorkerSurface | undefined;

  async connect(surface: WorkerSurface, signal: AbortSignal): Promise<void> {
    this.#surface = surface;
    signal.addEventListener('abort', () => {
      this.#surface = undefined;
      this.version = undefined;
      this.running = undefined;
    });
    const { status, body } = await surface.engine({ method: 'GET', path: '/version' });
    if (status !== 200 || signal.aborted) return;
    const answer: unknown = JSON.parse(body);
    if (typeof answer === 'object' && answer !== null && 'Version' in answer) this.version = String(answer.Version);
  }

  async #count(): Promise<void> {
    const surface = this.#surface;
    if (surface === undefined) return;
    const { status, body } = await surface.engine({ method: 'GET', path: '/containers/json' });
    if (status !== 200 || surface !== this.#surface) return;
    const containers: unknown = JSON.parse(body);
    if (Array.isArray(containers)) this.running = containers.length;
  }
}
