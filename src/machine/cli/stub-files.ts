// Files where the command was typed (build context, --env-file, --cidfile), read and written by the stub for the CLI.
import type { CliFiles, CliFileStat, UnpackFilesOptions } from '../../contracts/cli-session.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { StubHelper } from './stub-helper.ts';
import type { StubRequest, StubRequests } from './stub-requests.ts';

const PIECE_BYTES = 512 * 1024;
const APPEND = 1;
const EXCLUSIVE = 2;

export class StubFiles implements CliFiles {
  readonly #requests: StubRequests;
  readonly #helper: StubHelper;

  constructor(requests: StubRequests) {
    this.#requests = requests;
    this.#helper = new StubHelper(requests);
  }

  async read(path: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const answer = await this.#requests.ask({ type: 'read', path, offset: bytes, length: PIECE_BYTES });
      if (answer.type !== 'content') throw refused('read', path, answer.type === 'done' ? answer.errno : undefined);
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

  async list(path: string): Promise<readonly string[]> {
    return (await this.#helper.text(['list', path])).split('\0').slice(0, -1);
  }

  async removeTree(path: string): Promise<void> {
    await this.#helper.text(['remove', path]);
  }

  async makeFolder(path: string, mode: number): Promise<void> {
    await this.#helper.text(['make', path, mode.toString(8)]);
  }

  async stat(path: string, options: { follow?: boolean } = {}): Promise<CliFileStat> {
    const follow = options.follow === true ? ['--follow'] : [];
    const fields = (await this.#helper.text(['stat', ...follow, '--', path])).split('\0');
    const [mode = '', bytes, , , target = ''] = fields;
    return { mode: Number.parseInt(mode, 8), bytes: Number(bytes), target };
  }

  pack(path: string, name: string): ReadableStream<Uint8Array> {
    return this.#helper.output(['pack', '--', path, name]);
  }

  unpack(directory: string, tar: ReadableStream<Uint8Array>, options: UnpackFilesOptions = {}): Promise<void> {
    const rename = options.rename === undefined ? [] : ['--rename', ...options.rename];
    const overwrite = options.noOverwrite === true ? ['--no-overwrite'] : [];
    return this.#helper.feed(['unpack', ...overwrite, ...rename, '--', directory], tar);
  }

  store(path: string, content: ReadableStream<Uint8Array>, mode = 0o644): Promise<void> {
    return this.#helper.feed(['store', path, mode.toString(8)], content);
  }

  async #done(action: string, request: Extract<StubRequest, { type: 'write' | 'remove' }>): Promise<void> {
    const answer = await this.#requests.ask(request);
    const errno = answer.type === 'done' ? answer.errno : undefined;
    if (errno !== 0) throw refused(action, request.path, errno);
  }
}

function refused(action: string, path: string, errno: number | undefined): DrydockError {
  if (errno === undefined)
    return new DrydockError('data-loss', `Cannot ${action} "${path}": an answer of another kind`);
  return new DrydockError('guest', `Cannot ${action} "${path}": errno ${errno}`, { errno });
}
