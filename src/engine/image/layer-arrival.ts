// A layer on its way in: who unpacks it reads what has come while the rest is still coming. It ends only when all of it was
// checked, so that nobody finishes with bytes that are not the layer's.

export class LayerArrival {
  readonly #waiting: Uint8Array[] = [];
  #end: { readonly error: unknown } | 'whole' | undefined;
  #wanted = true;
  #wake: () => void = () => undefined;

  push(chunk: Uint8Array): void {
    if (!this.#wanted) return;
    this.#waiting.push(chunk);
    this.#wake();
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
  }

  /** For one reader, who has the pieces alone: a layer must not be here twice while it is unpacked. @throws what `fail` was given */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#end === 'whole') return;
      else if (this.#end !== undefined) throw this.#end.error;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
