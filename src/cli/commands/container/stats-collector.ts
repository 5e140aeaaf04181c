// Follows the statistics of one container. The table is drawn at its own pace, from whatever came last.
import type { CliContext } from '../../cli-context.ts';
import { pathId } from '../../engine/engine-client.ts';
import { textLines } from '../../stream/json-lines.ts';
import type { StatsAnswer, StatsEntry } from './stats-entry.ts';
import { emptyEntry, entryOf } from './stats-entry.ts';

/** A container that says nothing for so long shows dashes. */
const PATIENCE_MS = 2000;

export class StatsCollector {
  readonly container: string;
  /** Settles with the first sample, the first silence or the failure to get any. */
  readonly ready: Promise<void>;
  #entry: StatsEntry;
  #problem: unknown;
  #settle: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop = new AbortController();

  /** @param container a name or an ID @param streams false: one sample is enough */
  constructor(context: CliContext, container: string, streams: boolean) {
    this.container = container;
    this.#entry = emptyEntry(container);
    this.ready = new Promise((resolve) => {
      this.#settle = resolve;
    });
    void this.#collect(context, streams)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        clearTimeout(this.#timer);
        this.#settle();
      });
  }

  get entry(): StatsEntry {
    return this.#entry;
  }

  /** Why there are no numbers; undefined when there are. */
  get problem(): unknown {
    return this.#problem;
  }

  stop(): void {
    this.#stop.abort();
  }

  #fail(error: unknown): void {
    this.#problem = error;
    this.#entry = { ...this.#entry, stale: true };
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const { container, name, id } = this.#entry;
      this.#entry = { ...emptyEntry(container), name, id };
      this.#fail(new Error('timeout waiting for stats'));
      this.#settle();
      this.#wait();
    }, PATIENCE_MS);
  }

  async #collect(context: CliContext, streams: boolean): Promise<void> {
    const stop = AbortSignal.any([context.signal, this.#stop.signal]);
    const path = `/containers/${pathId('container', this.container)}/stats`;
    const query = { stream: streams ? '1' : '0' };
    const response = await context.engine.request('GET', path, { query, signal: this.#stop.signal });
    if (response.body === null) return;
    this.#wait();
    for await (const line of textLines(response.body, stop)) {
      this.#entry = entryOf(this.container, JSON.parse(line) as StatsAnswer);
      this.#problem = undefined;
      this.#settle();
      if (!streams) return;
      this.#wait();
    }
    // The end of the stream is the end of the numbers: what is left is the container's name.
    this.#fail(new Error('EOF'));
  }
}
