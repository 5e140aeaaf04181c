// The side of digests that computes them: any number of streams, in the order in which messages come.
import { createDigestStream } from '../../engine/blob/sha256.ts';
import type { DigestStream } from '../../engine/blob/sha256.ts';
import type { FromDigests, ToDigests } from './digest-messages.ts';

export class DigestServer {
  readonly #answer: (message: FromDigests) => void;
  readonly #streams = new Map<number, DigestStream>();
  #last: Promise<void> = Promise.resolve();

  constructor(answer: (message: FromDigests) => void) {
    this.#answer = answer;
  }

  take(message: ToDigests): void {
    this.#last = this.#last.then(() => this.#handle(message));
  }

  async #handle(message: ToDigests): Promise<void> {
    const { stream } = message;
    const hash = this.#streams.get(stream) ?? (await createDigestStream());
    if (message.kind === 'bytes') {
      this.#streams.set(stream, hash);
      hash.update(message.bytes);
      return this.#answer({ kind: 'taken', stream, bytes: message.bytes.length });
    }
    this.#streams.delete(stream);
    if (message.kind === 'end') this.#answer({ kind: 'digest', stream, digest: hash.digest() });
  }
}
