// A log on the guest's disk: the current file, and older ones as `.1`, `.2` (`.gz` when compressed), as Docker rotates
// them. What is there already is continued, so that a log survives the engine. One thing at a time: a reader never sees
// half a rotation.
import { isDrydockError } from '../../../contracts/errors.ts';
import type { HostFiles } from '../../../contracts/runtime.ts';
import { Mutex } from '../mutex.ts';
import { gunzip, gzip } from './gzip.ts';
import type { LogCodec } from './log-entry.ts';

export interface LogFileOptions {
  readonly files: HostFiles;
  readonly path: string;
  readonly codec: LogCodec;
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly compress: boolean;
}

/** `generation` numbers the files in the order of their beginnings; the current one has the highest. */
export interface LogPosition {
  readonly generation: number;
  readonly offset: number;
}

export interface LogRange {
  readonly start: LogPosition;
  readonly end: LogPosition;
}

export interface LogPiece {
  /** Empty at the end of the log. */
  readonly bytes: Uint8Array;
  /** Where `bytes` begin. */
  readonly position: LogPosition;
}

const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o700;
const ENOENT = 2;
const EMPTY = new Uint8Array(0);

export class LogFile {
  readonly #options: LogFileOptions;
  readonly #turns = new Mutex();
  /** Of the current file; undefined until it was asked for. */
  #bytes: number | undefined;
  #generation = 0;
  /** The last write failed: half an entry may be at the end. */
  #torn = false;
  #inflated: { readonly generation: number; readonly bytes: Uint8Array } | undefined;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** @param bytes whole entries. @throws DrydockError `guest` when the disk does not take them; they are lost then */
  append(bytes: Uint8Array): Promise<void> {
    return this.#turns.run(async () => {
      const { maxFiles } = this.#options;
      const before = await this.#mend();
      const parts = this.#cut(bytes, before);
      // What the parts after it would push out of the last file is not written at all.
      for (const [index, part] of parts.entries()) {
        const kept = parts.length - index <= Math.max(1, maxFiles);
        if (index > 0) await this.#rotate(kept);
        if (kept) await this.#write(part);
      }
    });
  }

  /** Where the oldest entry is. */
  start(): LogPosition {
    return { generation: this.#generation - this.#oldFiles, offset: 0 };
  }

  end(): Promise<LogPosition> {
    return this.#turns.run(async () => ({ generation: this.#generation, offset: await this.#size() }));
  }

  /** Up to `length` bytes from `position` on, from the next file that has some. */
  read(position: LogPosition, length: number): Promise<LogPiece> {
    return this.#turns.run(async () => {
      let { generation, offset } = position;
      if (generation < this.start().generation) ({ generation, offset } = this.start());
      for (;;) {
        const bytes = await this.#readAt(generation, offset, length);
        if (bytes.length > 0 || generation >= this.#generation) return { bytes, position: { generation, offset } };
        generation++;
        offset = 0;
      }
    });
  }

  /** Where the last `count` entries begin (all of them for undefined), and where they end, at one moment. */
  range(count: number | undefined): Promise<LogRange> {
    return this.#turns.run(async () => {
      const end = { generation: this.#generation, offset: await this.#size() };
      if (count === undefined) return { start: this.start(), end };
      return { start: count === 0 ? end : await this.#last(count), end };
    });
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    await this.#turns.run(async () => undefined);
  }

  async #last(count: number): Promise<LogPosition> {
    let wanted = count;
    for (let generation = this.#generation; generation >= this.start().generation; generation--) {
      const sizeBytes = await this.#sizeOf(generation);
      const found = await this.#options.codec.lastEntries(
        (offset, length) => this.#readAt(generation, offset, length),
        sizeBytes,
        wanted,
      );
      wanted -= found.count;
      if (wanted <= 0) return { generation, offset: found.offset };
    }
    return this.start();
  }

  get #oldFiles(): number {
    return Math.max(0, this.#options.maxFiles - 1);
  }

  async #size(): Promise<number> {
    if (this.#bytes !== undefined) return this.#bytes;
    const { files, path } = this.#options;
    try {
      this.#bytes = (await files.stat(path)).bytes;
    } catch (error) {
      if (!isMissing(error)) throw error;
      await files.mkdir(path.slice(0, path.lastIndexOf('/')), DIRECTORY_MODE);
      this.#bytes = 0;
    }
    return this.#bytes;
  }

  /** After a failed write: what follows must be readable. @returns the current file's size */
  async #mend(): Promise<number> {
    const size = await this.#size();
    if (!this.#torn || size === 0) return size;
    const { separator } = this.#options.codec;
    if (separator === undefined) await this.#rotate(true);
    else await this.#write(separator);
    this.#torn = false;
    return this.#size();
  }

  /** The first part belongs to the current file, each other one to a new file. */
  #cut(bytes: Uint8Array, sizeBytes: number): Uint8Array[] {
    const { codec, maxBytes } = this.#options;
    const parts: Uint8Array[] = [];
    let size = sizeBytes;
    for (let at = 0; at < bytes.length;) {
      const end = size >= maxBytes ? at : codec.entryEnd(bytes, at, Math.min(bytes.length, at + maxBytes - size));
      parts.push(bytes.subarray(at, end));
      at = end;
      size = 0;
    }
    return parts;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const { files, path } = this.#options;
    const size = await this.#size();
    try {
      await files.write(path, bytes, { mode: FILE_MODE, append: size > 0 });
      this.#bytes = size + bytes.length;
    } catch (error) {
      this.#bytes = undefined;
      this.#torn = true;
      throw error;
    }
  }

  async #rotate(keepCurrent: boolean): Promise<void> {
    const { files, path, maxFiles, compress } = this.#options;
    const extension = compress ? '.gz' : '';
    if (maxFiles > 1 && keepCurrent) {
      for (let age = maxFiles - 1; age > 1; age--) {
        await renameIfThere(files, `${path}.${age - 1}${extension}`, `${path}.${age}${extension}`);
      }
      await renameIfThere(files, path, `${path}.1`);
      if (compress) await compressFile(files, `${path}.1`);
    } else if (this.#bytes !== 0) {
      await files.remove(path);
    }
    this.#generation++;
    this.#bytes = 0;
    this.#torn = false;
    this.#inflated = undefined;
  }

  async #readAt(generation: number, offset: number, length: number): Promise<Uint8Array> {
    const { files } = this.#options;
    const path = this.#pathOf(generation);
    if (generation === this.#generation) this.#inflated = undefined;
    try {
      return await files.readAt(path, offset, length);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return (await this.#inflate(generation)).subarray(offset, offset + length);
  }

  async #sizeOf(generation: number): Promise<number> {
    try {
      return (await this.#options.files.stat(this.#pathOf(generation))).bytes;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return (await this.#inflate(generation)).length;
  }

  // The last one read stays at hand: a reader comes back for the next piece of it.
  async #inflate(generation: number): Promise<Uint8Array> {
    if (generation === this.#generation) return EMPTY;
    if (this.#inflated?.generation !== generation) {
      const bytes = await inflateIfThere(this.#options.files, `${this.#pathOf(generation)}.gz`);
      this.#inflated = { generation, bytes };
    }
    return this.#inflated.bytes;
  }

  #pathOf(generation: number): string {
    const age = this.#generation - generation;
    return age === 0 ? this.#options.path : `${this.#options.path}.${age}`;
  }
}

function isMissing(error: unknown): boolean {
  return isDrydockError(error, 'guest') && error.errno === ENOENT;
}

async function renameIfThere(files: HostFiles, from: string, to: string): Promise<void> {
  try {
    await files.rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

// A disk too full for the compressed copy keeps the plain one.
async function compressFile(files: HostFiles, path: string): Promise<void> {
  try {
    await files.write(`${path}.gz`, await gzip(await files.read(path)), { mode: FILE_MODE });
    await files.remove(path);
  } catch (error) {
    await files.remove(`${path}.gz`);
    if (!isDrydockError(error, 'guest')) throw error;
  }
}

async function inflateIfThere(files: HostFiles, path: string): Promise<Uint8Array> {
  try {
    return await gunzip(await files.read(path));
  } catch (error) {
    if (isMissing(error)) return EMPTY;
    throw error;
  }
}
