// Hands pieces from one who pushes to one who pulls, one at a time: whoever reads an archive feeds whoever unpacks a layer in
// it, and neither keeps more than a piece.

export class BytePipe implements AsyncIterable<Uint8Array> {
  #piece: Uint8Array | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #left = false;
  #wakeReader: () => void = () => undefined;
  #wakeWriter: () => void = () => undefined;

  /** Resolves when it was taken, or nobody reads any more. */
  async push(piece: Uint8Array): Promise<void> {
    if (this.#left) return;
    this.#piece = piece;
    const taken = new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    this.#wakeReader();
    await taken;
  }

  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  /** The reader fails with this. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#wakeReader();
  }

  /** The reader is gone: pushing goes on without effect. */
  leave(): void {
    this.#left = true;
    this.#wakeWriter();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const piece = this.#piece;
        if (piece !== undefined) {
          this.#piece = undefined;
          yield piece;
          // Only now, so that what is pushed next finds the reader ready for it.
          this.#wakeWriter();
        } else if (this.#failure !== undefined) throw this.#failure.error;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    } finally {
      this.leave();
    }
  }
}
