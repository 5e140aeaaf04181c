// A layer on its way in: who unpacks it reads what has come while the rest is still coming. It ends only when all of it was
// checked, so that nobody finishes with bytes that are not the layer's.

/** So much may wait for its reader: a download is mostly faster than unpacking, and what waits is memory. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export class LayerArrival {
  readonly #waiting: Uint8Array[] = [];
  #end: { readonly error: unknown } | 'whole' | undefined;
  #waitingBytes = 0;
  #reading = false;
  #wanted = true;
  #wake: () => void = () => undefined;
  #goOn: () => void = () => undefined;

  push(chunk: Uint8Array): void {
    if (!this.#wanted) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#wake();
  }

  /** Resolves when the reader, if there is one, has not much before it, or is gone. */
  async room(): Promise<void> {
    while (this.#wanted && this.#reading && this.#waitingBytes > MAX_WAITING_BYTES) {
      await new Promise<void>((resolve) => (this.#goOn = resolve));
    }
  }

  /** All of it came, and is what it should be. */
  end(): void {
    this.#end = 'whole';
    this.#wake();
  }

  fail(error: unknown): void {
    this.#end = { error };
    this.#waiting.length = 0;
    this.#wake();
  }

  /** Nobody reads on: what comes from now on is only checked. */
  drop(): void {
    this.#wanted = false;
    this.#waiting.length = 0;
    this.#goOn();
  }

  /** For one reader, who has the pieces alone: a layer must not be here twice while it is unpacked. @throws what `fail` was given */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#reading = true;
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) {
        this.#waitingBytes -= chunk.length;
        if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#goOn();
        yield chunk;
      } else if (this.#end === 'whole') return;
      else if (this.#end !== undefined) throw this.#end.error;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
