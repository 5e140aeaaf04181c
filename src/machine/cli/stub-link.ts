// Sends frames to the stub. Output is bounded: a writer waits while the guest has not taken what came before.
import { CLI_MESSAGES } from '../../contracts/cli-protocol.ts';
import type { CliMessage } from '../../contracts/cli-protocol.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { encodeFrame } from '../../contracts/frame-codec.ts';
import type { Channel } from '../p9/p9-channel.ts';

const PIECE_BYTES = 64 * 1024;
/** What may wait for the guest before a write does: enough to keep it busy, little enough for Ctrl-C to stop a flood. */
const BUFFERED_BYTES = 64 * 1024;

export class StubLink {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  send(message: CliMessage): void {
    this.#channel.send(encodeFrame(CLI_MESSAGES, message));
  }

  /** @throws DrydockError `cancelled` when the stub is gone */
  async write(type: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (this.#channel.closed)
        throw new DrydockError('cancelled', `Cannot write to ${type}: the docker client is gone`);
      this.send({ type, id: 0, content: bytes.subarray(at, at + PIECE_BYTES) });
      if (this.#channel.queuedBytes >= BUFFERED_BYTES) await this.#channel.taken();
    }
  }
}
