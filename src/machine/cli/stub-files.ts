// Files where the command was typed (build context, --env-file, --cidfile), read and written by the stub for the CLI.
import type { CliMessage } from '../../contracts/cli-protocol.ts';
import type { CliFiles } from '../../contracts/cli-session.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { deferred } from '../../shared/deferred.ts';
import type { Deferred } from '../../shared/deferred.ts';
import type { StubLink } from './stub-link.ts';

type Answer = Extract<CliMessage, { type: 'done' | 'content' }>;
type FileRequest =
  | Omit<Extract<CliMessage, { type: 'read' }>, 'id'>
  | Omit<Extract<CliMessage, { type: 'write' }>, 'id'>
  | Omit<Extract<CliMessage, { type: 'remove' }>, 'id'>;

const PIECE_BYTES = 512 * 1024;
const APPEND = 1;
const EXCLUSIVE = 2;

export class StubFiles implements CliFiles {
  readonly #link: StubLink;
  readonly #waiting = new Map<number, Deferred<Answer>>();
  #lastId = 0;
  #closed = false;

  constructor(link: StubLink) {
    this.#link = link;
  }

  async read(path: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const answer = await this.#ask({ type: 'read', path, offset: bytes, length: PIECE_BYTES });
      if (answer.type === 'done') throw refused('read', path, answer.errno);
      pieces.push(answer.content);
      bytes += answer.content.length;
      if (answer.content.length < PIECE_BYTES) break;
    }
    const out = new Uint8Array(bytes);
    let at = 0;
    for (const piece of pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  }

  async write(path: string, bytes: Uint8Array, options: { mode?: number; exclusive?: boolean } = {}): Promise<void> {
    let flags = options.exclusive === true ? EXCLUSIVE : 0;
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE_BYTES) {
      const content = bytes.subarray(at, at + PIECE_BYTES);
      await this.#done('write', { type: 'write', path, mode: options.mode ?? 0o644, flags, content });
      flags = APPEND;
    }
  }

  async remove(path: string): Promise<void> {
    await this.#done('remove', { type: 'remove', path });
  }

  onAnswer(answer: Answer): void {
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

  async #done(action: string, request: Exclude<FileRequest, { type: 'read' }>): Promise<void> {
    const answer = await this.#ask(request);
    const errno = answer.type === 'done' ? answer.errno : undefined;
    if (errno !== 0) throw refused(action, request.path, errno);
  }

  #ask(request: FileRequest): Promise<Answer> {
    if (this.#closed) return Promise.reject(gone());
    this.#lastId += 1;
    const answer = deferred<Answer>();
    this.#waiting.set(this.#lastId, answer);
    this.#link.send({ ...request, id: this.#lastId });
    return answer.promise;
  }
}

function refused(action: string, path: string, errno: number | undefined): DrydockError {
  if (errno === undefined)
    return new DrydockError('data-loss', `Cannot ${action} "${path}": an answer of another kind`);
  return new DrydockError('guest', `Cannot ${action} "${path}": errno ${errno}`, { errno });
}

function gone(): DrydockError {
  return new DrydockError('cancelled', 'Cannot reach the files: the docker client is gone');
}
