// Signals of the stub. It catches them only while somebody listens: without a listener it dies as any program would.
import type { SignalName } from '../../contracts/cli-session.ts';
import type { StubLink } from './stub-link.ts';

/** Linux's numbers on i386. */
const SIGNAL_NAMES: Readonly<Record<number, SignalName>> = {
  1: 'HUP',
  2: 'INT',
  3: 'QUIT',
  10: 'USR1',
  12: 'USR2',
  15: 'TERM',
  18: 'CONT',
  20: 'TSTP',
};

export class StubSignals {
  readonly #link: StubLink;
  readonly #listeners = new Set<(signal: SignalName) => void>();

  constructor(link: StubLink) {
    this.#link = link;
  }

  listen(listener: (signal: SignalName) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#catch(true);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#catch(false);
    };
  }

  onSignal(number: number): void {
    const name = SIGNAL_NAMES[number];
    if (name === undefined) return;
    for (const listener of [...this.#listeners]) listener(name);
  }

  #catch(on: boolean): void {
    this.#link.send({ type: 'catchSignals', id: 0, on: on ? 1 : 0 });
  }
}
