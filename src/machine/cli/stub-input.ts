// The stub's standard input, asked for only when somebody reads: what was typed for the shell's next command stays there.
import type { StubLink } from './stub-link.ts';

const PULL_BYTES = 32 * 1024;

export class StubInput {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #link: StubLink;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #answered: () => void = () => undefined;

  constructor(link: StubLink) {
    this.#link = link;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => {
          this.#controller = undefined;
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Empty at the end of the input. */
  onBytes(bytes: Uint8Array): void {
    if (bytes.length === 0) this.onClose();
    else this.#controller?.enqueue(bytes);
    this.#answered();
  }

  onClose(): void {
    this.#controller?.close();
    this.#controller = undefined;
    this.#answered();
  }

  async #pull(): Promise<void> {
    this.#link.send({ type: 'pull', id: 0, bytes: PULL_BYTES });
    await new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
  }
}
