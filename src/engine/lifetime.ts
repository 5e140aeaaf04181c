// One engine's time over its machine. Another may follow it there, and whatever of this one is still on its way must know.

export class Lifetime {
  /** It is about to end: what stops now was not stopped by a user. */
  stopping = false;
  readonly #end = new AbortController();

  /** Aborts when the engine has let go of its machine: timers and watches of it end. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get ended(): boolean {
    return this.#end.signal.aborted;
  }

  end(): void {
    this.#end.abort();
  }
}
