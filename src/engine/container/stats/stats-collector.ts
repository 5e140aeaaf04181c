// Samples of running containers, one a second for all who listen to the same container, and none when nobody does.
import type { Clock } from '../../clock.ts';
import type { Container } from '../container.ts';
import { NO_SAMPLE } from './stats-body.ts';
import type { StatsSample } from './stats-body.ts';

export interface StatsListener {
  onSample(sample: StatsSample): void;
  /** The container was removed. */
  onEnd(): void;
}

const INTERVAL_MS = 1000;

interface Sampling {
  readonly listeners: Set<StatsListener>;
  cancelTimer: () => void;
}

export class StatsCollector {
  readonly #clock: Clock;
  readonly #read: (container: Container) => Promise<StatsSample>;
  readonly #samplings = new Map<Container, Sampling>();

  /** @param read may reject: the sample is empty then, as for a container that does not run */
  constructor(clock: Clock, read: (container: Container) => Promise<StatsSample>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** An empty one for a container that does not run. */
  async sample(container: Container): Promise<StatsSample> {
    const { state } = container;
    if (!state.running || state.restarting) return NO_SAMPLE;
    return this.#read(container).catch(() => NO_SAMPLE);
  }

  /** The first sample follows at once. @returns a function that ends it */
  subscribe(container: Container, listener: StatsListener): () => void {
    const sampling = this.#samplings.get(container) ?? { listeners: new Set(), cancelTimer: () => undefined };
    sampling.listeners.add(listener);
    if (!this.#samplings.has(container)) {
      this.#samplings.set(container, sampling);
      void this.#take(container, sampling);
    }
    return () => {
      sampling.listeners.delete(listener);
      if (sampling.listeners.size === 0) this.#end(container, sampling);
    };
  }

  /** The container goes. */
  stop(container: Container): void {
    const sampling = this.#samplings.get(container);
    if (sampling === undefined) return;
    this.#end(container, sampling);
    for (const listener of [...sampling.listeners]) listener.onEnd();
  }

  #end(container: Container, sampling: Sampling): void {
    sampling.cancelTimer();
    if (this.#samplings.get(container) === sampling) this.#samplings.delete(container);
  }

  async #take(container: Container, sampling: Sampling): Promise<void> {
    const sample = await this.sample(container);
    if (this.#samplings.get(container) !== sampling) return;
    sampling.cancelTimer = this.#clock.after(INTERVAL_MS, () => void this.#take(container, sampling));
    for (const listener of [...sampling.listeners]) listener.onSample(sample);
  }
}
