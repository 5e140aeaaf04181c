// Lets a few jobs run at once and the others wait their turn, as the daemon does with downloads.

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** @param onWait is told when there is a queue. @throws the signal's reason, when it aborts before the turn comes */
  async run<T>(job: () => Promise<T>, signal: AbortSignal, onWait?: () => void): Promise<T> {
    await this.#enter(signal, onWait);
    try {
      return await job();
    } finally {
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal, onWait?: () => void): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    onWait?.();
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal.reason);
      };
      this.#waiting.push(turn);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
