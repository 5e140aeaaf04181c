// DNS over TCP (RFC 1035, 4.2.2): each message after its length.
import type { ByteDuplex } from '../../../contracts/streams.ts';
import type { Clock } from '../../clock.ts';

const IDLE_MS = 8000;

export function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + message.length);
  bytes.set([message.length >>> 8, message.length & 0xff]);
  bytes.set(message, 2);
  return bytes;
}

/** @returns undefined when the stream ends before a whole message */
export function readMessage(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  return new MessageReader(reader).next();
}

class MessageReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const [high = 0, low = 0] = this.#held;
      const end = 2 + high * 256 + low;
      if (this.#held.length >= 2 && this.#held.length >= end) {
        const message = this.#held.slice(2, end);
        this.#held = this.#held.slice(end);
        return message;
      }
      const { value } = await this.#reader.read();
      if (value === undefined) return undefined;
      const joined = new Uint8Array(this.#held.length + value.length);
      joined.set(this.#held);
      joined.set(value, this.#held.length);
      this.#held = joined;
    }
  }
}

/** Answers one message after the other until the other side ends or says nothing for a while. Never rejects. */
export async function serveMessages(
  { readable, writable }: ByteDuplex,
  clock: Pick<Clock, 'after'>,
  answer: (message: Uint8Array) => Promise<Uint8Array | undefined>,
): Promise<void> {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const messages = new MessageReader(reader);
  const isOver = (): void => void reader.cancel().catch(() => undefined);
  try {
    for (;;) {
      const stopWaiting = clock.after(IDLE_MS, isOver);
      const message = await messages.next().finally(stopWaiting);
      if (message === undefined) break;
      const reply = await answer(message);
      if (reply !== undefined) await writer.write(framed(reply));
    }
    await writer.close();
  } catch {
    // It hung up, or the machine was out of reach: there is nobody left to tell.
    await writer.abort().catch(() => undefined);
  }
  isOver();
}
