// The host's files, by requests to the agent.
import { WRITE_APPEND } from '../../contracts/agent-protocol.ts';
import type { HostFiles, HostStat } from '../../contracts/runtime.ts';
import type { AgentCalls } from './agent-calls.ts';
import { joinBytes } from '../../shared/join-bytes.ts';

/** Below the size of a frame, with room for its other fields. */
const PIECE_BYTES = 512 * 1024;
const TYPE_MASK = 0o170000;
const KINDS: Readonly<Record<number, HostStat['kind']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
};

export class AgentFiles implements HostFiles {
  readonly #calls: AgentCalls;

  constructor(calls: AgentCalls) {
    this.#calls = calls;
  }

  async read(path: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const { content } = await this.#calls.ask({ type: 'read', path, offset: bytes, length: PIECE_BYTES }, 'content');
      pieces.push(content);
      bytes += content.length;
      if (content.length < PIECE_BYTES) break;
    }
    return joinBytes(pieces);
  }

  async readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < length;) {
      const wanted = Math.min(PIECE_BYTES, length - at);
      const request = { type: 'read', path, offset: offset + at, length: wanted } as const;
      const { content } = await this.#calls.ask(request, 'content');
      pieces.push(content);
      at += content.length;
      if (content.length < wanted) break;
    }
    return joinBytes(pieces);
  }

  // The agent serves in order, so the pieces need not wait for each other.
  async write(path: string, bytes: Uint8Array, options: { mode?: number; append?: boolean } = {}): Promise<void> {
    const mode = options.mode ?? 0o644;
    const pieces: Promise<void>[] = [];
    let flags = options.append === true ? WRITE_APPEND : 0;
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE_BYTES) {
      const content = bytes.subarray(at, at + PIECE_BYTES);
      pieces.push(this.#calls.do({ type: 'write', path, mode, flags, content }));
      flags = WRITE_APPEND;
    }
    await Promise.all(pieces);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#calls.do({ type: 'rename', from, to });
  }

  chown(path: string, uid: number, gid: number): Promise<void> {
    return this.#calls.do({ type: 'chown', path, uid, gid });
  }

  mkdir(path: string, mode = 0o755): Promise<void> {
    return this.#calls.do({ type: 'mkdir', path, mode });
  }

  async stat(path: string): Promise<HostStat> {
    const { mode, size, mtimeS } = await this.#calls.ask({ type: 'stat', path }, 'attributes');
    return { kind: KINDS[mode & TYPE_MASK] ?? 'other', mode: mode & ~TYPE_MASK, bytes: size, modifiedS: mtimeS };
  }

  async list(path: string): Promise<string[]> {
    const { names } = await this.#calls.ask({ type: 'list', path }, 'names');
    return [...names].sort();
  }

  symlink(target: string, path: string): Promise<void> {
    return this.#calls.do({ type: 'symlink', target, path });
  }

  remove(path: string): Promise<void> {
    return this.#calls.do({ type: 'remove', path });
  }
}
