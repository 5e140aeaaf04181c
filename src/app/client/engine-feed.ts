// One subscription to the engine's events for the whole page. Whoever shows engine state asks again when something changed;
// nobody polls, so an idle page costs nothing.
import type { WorkerSurface } from '../../contracts/worker-surface.ts';

/** A `docker run` sends half a dozen events within this time: one look at the end is enough. */
const BURST_MS = 120;

export type ChangeListener = () => void;

export class EngineFeed {
  readonly #listeners = new Set<ChangeListener>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows the engine until `signal` aborts. */
  async follow(surface: Pick<WorkerSurface, 'watchEvents'>, signal: AbortSignal): Promise<void> {
    const stop = await surface.watchEvents(() => this.changed());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', () => stop(), { once: true });
    this.changed();
  }

  /** Something may have changed: tells the listeners once this burst is over. */
  changed(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const listener of this.#listeners) listener();
    }, BURST_MS);
  }
}
