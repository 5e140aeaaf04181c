// emulator/tree, run by the stub where the command was typed: as that person, from that directory. One at a time.
import { DrydockError } from '../../contracts/errors.ts';
import type { StubAnswer, StubRequests } from './stub-requests.ts';

const PROGRAM = '/usr/bin/drydock-tree';
const PIECE_BYTES = 256 * 1024;

export class StubHelper {
  readonly #requests: StubRequests;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(requests: StubRequests) {
    this.#requests = requests;
  }

  /** What it prints. @throws DrydockError `guest` with its own words */
  async text(args: readonly string[]): Promise<string> {
    // Not by a Response: in Chromium its text() fails with "Failed to fetch", whatever the stream failed with.
    const reader = this.output(args).getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
  }

  /** Starts with the first read; a failure takes the place of the end; cancelling it kills the program. */
  output(args: readonly string[]): ReadableStream<Uint8Array> {
    let release: (() => void) | undefined;
    const end = async (cancel: boolean): Promise<void> => {
      try {
        await this.#finish(cancel);
      } finally {
        release?.();
      }
    };
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          release ??= await this.#start(args);
          const answer = await this.#requests.ask({ type: 'take', length: PIECE_BYTES });
          if (answer.type !== 'content') throw refused(answer);
          if (answer.content.length > 0) return controller.enqueue(answer.content);
          await end(false);
          controller.close();
        },
        cancel: async () => {
          if (release !== undefined) await end(true).catch(() => undefined);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Feeds it the whole stream. @throws DrydockError `guest` with its own words; what the stream fails with */
  async feed(args: readonly string[], input: ReadableStream<Uint8Array>): Promise<void> {
    const release = await this.#start(args);
    try {
      const wasTaken = await this.#give(input);
      await this.#finish(false);
      if (!wasTaken) throw new DrydockError('guest', `Cannot write: ${PROGRAM} closed its input`);
    } finally {
      release();
    }
  }

  /** @returns false when the program stopped reading: how it ended says why */
  async #give(input: ReadableStream<Uint8Array>): Promise<boolean> {
    const reader = input.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return true;
        for (let at = 0; at < value.length; at += PIECE_BYTES) {
          const content = value.subarray(at, at + PIECE_BYTES);
          const answer = await this.#requests.ask({ type: 'give', content });
          if (answer.type === 'done' && answer.errno === 0) continue;
          await reader.cancel();
          return false;
        }
      }
    } catch (error) {
      await this.#finish(true).catch(() => undefined);
      throw error;
    }
  }

  /** @returns lets the next one start */
  async #start(args: readonly string[]): Promise<() => void> {
    let release: () => void = () => undefined;
    const before = this.#turn;
    this.#turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    try {
      await before;
      const answer = await this.#requests.ask({ type: 'start', argv: [PROGRAM, ...args] });
      if (answer.type !== 'done' || answer.errno !== 0) throw refused(answer);
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #finish(cancel: boolean): Promise<void> {
    const answer = await this.#requests.ask({ type: 'finish', cancel: cancel ? 1 : 0 });
    if (answer.type !== 'finished') throw refused(answer);
    if (answer.code === 0 || cancel) return;
    const [, number, message] = /^(\d+) (.*)$/.exec(answer.message) ?? [];
    if (message !== undefined) throw new DrydockError('guest', message, { errno: Number(number) });
    throw new DrydockError('guest', `Cannot move files: ${PROGRAM} ended with ${answer.code} ${answer.message}`);
  }
}

function refused(answer: StubAnswer): DrydockError {
  if (answer.type !== 'done') return new DrydockError('data-loss', `Cannot take "${answer.type}" from ${PROGRAM}`);
  return new DrydockError('guest', `Cannot run ${PROGRAM}: errno ${answer.errno}`, { errno: answer.errno });
}
