// Requests to the stub and their answers, paired by id; all fail when the stub goes.
import type { CliMessage } from '../../contracts/cli-protocol.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { deferred } from '../../shared/deferred.ts';
import type { Deferred } from '../../shared/deferred.ts';
import type { StubLink } from './stub-link.ts';

export type StubAnswer = Extract<CliMessage, { type: 'done' | 'content' | 'finished' }>;
type WithoutId<Message> = Message extends unknown ? Omit<Message, 'id'> : never;
export type StubRequest = WithoutId<
  Extract<CliMessage, { type: 'read' | 'write' | 'remove' | 'start' | 'take' | 'give' | 'finish' }>
>;

export class StubRequests {
  readonly #link: StubLink;
  readonly #waiting = new Map<number, Deferred<StubAnswer>>();
  #lastId = 0;
  #closed = false;

  constructor(link: StubLink) {
    this.#link = link;
  }

  ask(request: StubRequest): Promise<StubAnswer> {
    if (this.#closed) return Promise.reject(gone());
    this.#lastId += 1;
    const answer = deferred<StubAnswer>();
    this.#waiting.set(this.#lastId, answer);
    this.#link.send({ ...request, id: this.#lastId });
    return answer.promise;
  }

  /** @throws DrydockError `data-loss` when nothing was asked */
  onAnswer(answer: StubAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined)
      throw new DrydockError('data-loss', `Cannot take an answer to ${answer.id}: nothing was asked`);
    this.#waiting.delete(answer.id);
    waiting.resolve(answer);
  }

  onClose(): void {
    this.#closed = true;
    for (const waiting of this.#waiting.values()) waiting.reject(gone());
    this.#waiting.clear();
  }
}

function gone(): DrydockError {
  return new DrydockError('cancelled', 'Cannot reach the files: the docker client is gone');
}
