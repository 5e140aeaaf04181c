// How far a copy is, on a terminal's last line, and the sum of it at the end.
import type { CliContext } from '../cli-context.ts';
import { humanSize } from '../format/human-size.ts';

const UPDATE_MS = 75;
const SAVE = '\x1b[s';
const RESTORE_AND_CLEAR = '\x1b[u\x1b[2K';
const HIDE = '\x1b[?25l';
const SHOW = '\x1b[?25h';

export class CopyProgress {
  readonly #context: CliContext;
  readonly #header: string;
  readonly #quiet: boolean;
  readonly #shown: boolean;
  #bytes = 0;
  #shownBytes = 0;
  #shownAtMs = 0;

  /** @param direction `to` or `from` */
  constructor(context: CliContext, direction: 'to' | 'from', quiet: boolean) {
    this.#context = context;
    this.#header = `Copying ${direction} container - `;
    this.#quiet = quiet;
    this.#shown = !quiet && context.session.terminal.stderr;
  }

  /** Counts what passes. */
  through(content: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    if (this.#quiet) return content;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform: async (piece, controller) => {
        this.#bytes += piece.length;
        await this.#update();
        controller.enqueue(piece);
      },
    });
    return content.pipeThrough(counted);
  }

  /** The line is gone afterwards, and the sum is told, however `work` ended. */
  async around(work: () => Promise<void>, destination: string): Promise<void> {
    if (this.#quiet) return work();
    const { err } = this.#context;
    if (this.#shown) {
      await err.write(`${SAVE}Preparing to copy...${HIDE}${RESTORE_AND_CLEAR}${this.#header}${humanSize(0, 3)}`);
      this.#shownAtMs = Date.now();
    }
    try {
      await work();
    } finally {
      if (this.#shown) await err.write(`${SHOW}${RESTORE_AND_CLEAR}`);
      await err.line(`Successfully copied ${humanSize(this.#bytes, 3)} to ${destination}`);
    }
  }

  async #update(): Promise<void> {
    if (!this.#shown || this.#bytes === this.#shownBytes || Date.now() - this.#shownAtMs < UPDATE_MS) return;
    this.#shownAtMs = Date.now();
    this.#shownBytes = this.#bytes;
    await this.#context.err.write(`\x1b[${this.#header.length + 1}G\x1b[0K${humanSize(this.#bytes, 3)}`);
  }
}
