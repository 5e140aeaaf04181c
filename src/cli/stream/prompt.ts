// Asks for lines at a terminal, one after the other: `Username: `, `Password: `.
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';

const INTERRUPTED = 130;
const CTRL_C = '\x03';
const BACKSPACES = ['\x7f', '\b'];

export class Prompt {
  readonly #context: CliContext;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  /** Typed ahead. */
  #text = '';

  constructor(context: CliContext) {
    this.#context = context;
    this.#reader = context.session.stdin.getReader();
  }

  /** Without the spaces around it. */
  async line(question: string): Promise<string> {
    await this.#context.out.write(question);
    return (await this.#read(false)).trim();
  }

  /** What is typed does not show. */
  async secret(question: string): Promise<string> {
    const { session, out } = this.#context;
    await session.setRawMode(true);
    try {
      await out.write(question);
      return await this.#read(true);
    } finally {
      await session.setRawMode(false);
      await out.write('\n');
    }
  }

  close(): void {
    this.#reader.releaseLock();
  }

  /** @param raw the terminal does no editing */
  async #read(raw: boolean): Promise<string> {
    for (;;) {
      if (raw && this.#text.includes(CTRL_C)) throw new CliError('', INTERRUPTED);
      const end = this.#text.search(/[\r\n]/);
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return raw ? edited(line) : line;
      }
      const { done, value } = await this.#reader.read();
      if (done) {
        const line = this.#text;
        this.#text = '';
        return line;
      }
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }
}

function edited(text: string): string {
  let line = '';
  for (const character of text) line = BACKSPACES.includes(character) ? line.slice(0, -1) : line + character;
  return line;
}
