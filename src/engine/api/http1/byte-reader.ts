// Reads a connection in the pieces HTTP needs: up to a blank line, so many bytes, or whatever is there.

export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #buffer: Uint8Array = new Uint8Array(0);
  #ended = false;
  #pulling: Promise<boolean> | undefined;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** What is buffered; valid until the next call. */
  get buffered(): Uint8Array {
    return this.#buffer;
  }

  /** Waits for more bytes. @returns false at the end, or when the connection broke */
  async pull(): Promise<boolean> {
    return (this.#pulling ??= this.#pull().finally(() => {
      this.#pulling = undefined;
    }));
  }

  /** Up to `limit` bytes, empty only at the end. */
  async take(limit: number): Promise<Uint8Array> {
    while (this.#buffer.length === 0) if (!(await this.pull())) return this.#buffer;
    return this.consume(Math.min(limit, this.#buffer.length));
  }

  /** Removes and returns the first `count` buffered bytes. */
  consume(count: number): Uint8Array {
    const taken = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return taken;
  }

  /**
   * A line without its end (LF or CRLF).
   * @returns undefined when the connection ends first, or the line is longer than `limit` bytes
   */
  async line(limit: number): Promise<string | undefined> {
    for (let searched = 0; ;) {
      const newline = this.#buffer.indexOf(10, searched);
      if (newline > limit || (newline < 0 && this.#buffer.length > limit)) return undefined;
      if (newline >= 0) return latin1(this.consume(newline + 1)).replace(/\r?\n$/, '');
      searched = this.#buffer.length;
      if (!(await this.pull())) return undefined;
    }
  }

  /** Tells the other side that nothing more is read. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }

  async #pull(): Promise<boolean> {
    if (this.#ended) return false;
    try {
      const { done, value } = await this.#reader.read();
      if (done) this.#ended = true;
      else this.#buffer = this.#buffer.length === 0 ? value : concat(this.#buffer, value);
    } catch {
      this.#ended = true;
    }
    return !this.#ended;
  }
}

/** One character a byte: heads of requests are ASCII, and what is not must not be lost. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
