// The guest's end of a channel, for tests: frames of a protocol in and out, with a read held as the guest's would be.
import { FrameDecoder, encodeFrame } from '../../contracts/frame-codec.ts';
import type { MessageOf, MessageTable } from '../../contracts/frame-codec.ts';
import { Channel } from './p9-channel.ts';

export class ChannelPeer<Table extends MessageTable> {
  readonly channel = new Channel();
  /** Everything that came, in order. */
  readonly received: MessageOf<Table>[] = [];
  /** How many reads were answered: messages that left together cost the guest one wake-up. */
  reads = 0;
  /** The host ended the channel. */
  ended = false;
  readonly #table: Table;
  readonly #onMessage: (message: MessageOf<Table>, peer: ChannelPeer<Table>) => void;
  #wake: () => void = () => undefined;

  constructor(
    table: Table,
    onMessage: (message: MessageOf<Table>, peer: ChannelPeer<Table>) => void = () => undefined,
  ) {
    this.#table = table;
    this.#onMessage = onMessage;
    this.#readOn(new FrameDecoder(table));
  }

  send(message: MessageOf<Table>): void {
    this.raw(encodeFrame(this.#table, message));
  }

  raw(bytes: Uint8Array): void {
    void this.channel.handle.write(0, bytes);
  }

  close(): void {
    this.channel.handle.close();
  }

  /** The first message that fits, as soon as it came. */
  async until(fits: (message: MessageOf<Table>) => boolean): Promise<MessageOf<Table>> {
    for (;;) {
      const found = this.received.find(fits);
      if (found !== undefined) return found;
      if (this.ended) throw new Error('The channel ended before the message came');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #readOn(decoder: FrameDecoder<Table>): void {
    this.channel.handle.hold?.(64 * 1024, (result) => {
      if (!(result instanceof Uint8Array) || result.length === 0) {
        this.ended = true;
        return this.#wake();
      }
      this.reads += 1;
      for (const message of decoder.push(result)) {
        this.received.push(message);
        this.#onMessage(message, this);
      }
      this.#wake();
      this.#readOn(decoder);
    });
  }
}
