// A 9p client for tests: builds requests, keeps the answers by tag.
import { RLERROR, T } from './p9-constants.ts';
import type { P9Server } from './p9-server.ts';
import { P9Reader, P9Writer } from './p9-wire.ts';

export interface P9Answer {
  readonly type: number;
  readonly tag: number;
  /** Of Rlerror. */
  readonly errno: number | undefined;
  /** Of everything else: its fields. */
  readonly fields: P9Reader;
}

export class P9TestClient {
  readonly #server: P9Server;
  /** In the order in which they came. */
  readonly answers: P9Answer[] = [];
  #lastTag = 0;

  constructor(server: P9Server) {
    this.#server = server;
  }

  /** Sends without waiting. @returns its tag */
  send(type: number, fields: (out: P9Writer) => unknown = () => undefined): number {
    this.#lastTag += 1;
    const out = new P9Writer();
    fields(out);
    this.raw(out.finish(type, this.#lastTag));
    return this.#lastTag;
  }

  raw(message: Uint8Array): void {
    this.#server.handle(message, (answer) => {
      const type = answer[4] ?? 0;
      const fields = new P9Reader(answer);
      const tag = new DataView(answer.buffer, answer.byteOffset).getUint16(5, true);
      const errno = type === RLERROR ? new P9Reader(answer).u32() : undefined;
      this.answers.push({ type, tag, errno, fields });
    });
  }

  answerTo(tag: number): P9Answer | undefined {
    return this.answers.find((answer) => answer.tag === tag);
  }

  async call(type: number, fields: (out: P9Writer) => unknown = () => undefined): Promise<P9Answer> {
    const tag = this.send(type, fields);
    for (let turn = 0; turn < 50; turn += 1) {
      const answer = this.answerTo(tag);
      if (answer !== undefined) return answer;
      await Promise.resolve();
    }
    throw new Error(`No answer to a message of type ${type}`);
  }

  /** Tversion and Tattach as fid 0. */
  async attach(): Promise<void> {
    await this.call(T.version, (out) => out.u32(65536).string('9P2000.L'));
    await this.call(T.attach, (out) => out.u32(0).u32(0xffff_ffff).string('root').string('').u32(0));
  }

  walk(from: number, to: number, path: string): Promise<P9Answer> {
    const names = path.split('/').filter((name) => name !== '');
    return this.call(T.walk, (out) => {
      out.u32(from).u32(to).u16(names.length);
      for (const name of names) out.string(name);
    });
  }

  open(fid: number, flags = 0): Promise<P9Answer> {
    return this.call(T.lopen, (out) => out.u32(fid).u32(flags));
  }

  write(fid: number, offset: number, text: string): Promise<P9Answer> {
    const bytes = new TextEncoder().encode(text);
    return this.call(T.write, (out) => out.u32(fid).u64(offset).u32(bytes.length).bytes(bytes));
  }

  async read(fid: number, offset: number, count: number): Promise<string> {
    const { fields, errno } = await this.call(T.read, (out) => out.u32(fid).u64(offset).u32(count));
    if (errno !== undefined) throw new Error(`errno ${errno}`);
    return new TextDecoder().decode(fields.bytes(fields.u32()));
  }

  /** Names from the first Treaddir. */
  async names(fid: number): Promise<string[]> {
    const names: string[] = [];
    for (let offset = 0; ;) {
      const { fields } = await this.call(T.readdir, (out) => out.u32(fid).u64(offset).u32(4096));
      let rest = fields.u32();
      if (rest === 0) return names;
      while (rest > 0) {
        fields.bytes(13);
        offset = fields.u64();
        fields.u8();
        const name = fields.string();
        names.push(name);
        rest -= 24 + new TextEncoder().encode(name).length;
      }
    }
  }
}
