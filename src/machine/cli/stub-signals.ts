// Signals of the stub. It catches them only while somebody listens: without a listener it dies or stops as any program would.
import type { CaughtSignals, SignalName } from '../../contracts/cli-session.ts';
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
const TERMINATIONS: readonly SignalName[] = ['INT', 'TERM'];
/** Of `catchSignals`. */
const NONE = 0;
const CODES: Readonly<Record<CaughtSignals, number>> = { all: 1, terminations: 2 };

interface Listener {
  readonly which: CaughtSignals;
  readonly call: (signal: SignalName) => void;
}

export class StubSignals {
  readonly #link: StubLink;
  readonly #listeners = new Set<Listener>();
  #caught = NONE;

  constructor(link: StubLink) {
    this.#link = link;
  }

  listen(call: (signal: SignalName) => void, which: CaughtSignals = 'all'): () => void {
    const listener = { call, which };
    this.#listeners.add(listener);
    this.#tellChange();
    return () => {
      if (this.#listeners.delete(listener)) this.#tellChange();
    };
  }

  onSignal(number: number): void {
    const name = SIGNAL_NAMES[number];
    if (name === undefined) return;
    // The stub is about to stop: it cannot before its read of the channel returns.
    if (name === 'TSTP' && this.#caught !== CODES.all) return this.#tell();
    for (const { call, which } of [...this.#listeners]) {
      if (which === 'all' || TERMINATIONS.includes(name)) call(name);
    }
  }

  #tellChange(): void {
    const wanted = [...this.#listeners].map(({ which }) => which);
    const caught = wanted.includes('all') ? CODES.all : wanted.length > 0 ? CODES.terminations : NONE;
    if (caught === this.#caught) return;
    this.#caught = caught;
    this.#tell();
  }

  #tell(): void {
    this.#link.send({ type: 'catchSignals', id: 0, on: this.#caught });
  }
}
