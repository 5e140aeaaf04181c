// A container's transitions must not interleave: start, exit, pause and unpause run one after another.

export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `work` after everything that asked before; its failure is the caller's only. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
