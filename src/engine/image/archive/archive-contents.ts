// Reads an archive of images in one pass, whatever it calls its files: layers are unpacked while they stream by, what is small
// is kept as it is, since only the manifest, which comes last, says what is what. The archive itself is never held.
import type { BlobStore, Digest } from '../../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../../contracts/errors.ts';
import { createDigestStream } from '../../blob/sha256.ts';
import type { DigestStream } from '../../blob/sha256.ts';
import { cleanPath } from '../../container/clean-path.ts';
import { decodeName } from '../../layer/byte-string.ts';
import { decompress } from '../../layer/decompress.ts';
import type { LayerLease, LayerPool } from '../../layer/layer-pool.ts';
import { parseHeader } from '../../layer/tar-header.ts';
import { TarReader } from '../../layer/tar-reader.ts';
import type { TarEntry } from '../../layer/tar-reader.ts';
import { TimeSlice } from '../../layer/time-slice.ts';
import { BytePipe } from './byte-pipe.ts';
import { joinBytes } from '../../../shared/join-bytes.ts';

/** Configs and manifests are far smaller; a file above this is a layer or nothing that is asked for. */
const MAX_SMALL_BYTES = 8 * 1024 * 1024;
const MAX_ALL_SMALL_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 200_000;
const MAX_LINKS = 16;
/** Linux's PATH_MAX: Docker, which unpacks archives to files, could not make longer ones. */
const MAX_PATH_BYTES = 4096;
const BLOCK_BYTES = 512;

export interface ContentsDeps {
  readonly layers: Pick<LayerPool<unknown>, 'add' | 'unpack'>;
  readonly blobs: BlobStore;
  readonly signal: AbortSignal;
  /** Tells how much of a layer has been read. */
  onLayerProgress(path: string, bytes: number, total: number): void;
}

/** A file of the archive. */
export type ArchivedFile =
  | { readonly kind: 'small'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'layer';
      readonly lease: LayerLease;
      /** Of the file as it is in the archive, compressed or not. */
      readonly digest: Digest;
      readonly bytes: number;
    }
  /** It looked like a layer. */
  | { readonly kind: 'broken'; readonly error: unknown };

export class ArchiveContents {
  readonly #files = new Map<string, ArchivedFile>();
  readonly #links = new Map<string, string>();

  /** Undefined when the archive has no such file. Links are followed, within the archive. */
  get(path: string): ArchivedFile | undefined {
    let at = normal(path);
    for (let links = 0; links < MAX_LINKS; links++) {
      const found = this.#files.get(at);
      if (found !== undefined) return found;
      const target = this.#links.get(at);
      if (target === undefined) return undefined;
      at = target;
    }
    return undefined;
  }

  /** The first part of every path, for those that are directories. */
  directories(): string[] {
    const paths = [...this.#files.keys(), ...this.#links.keys()].filter((path) => path.includes('/'));
    return [...new Set(paths.map((path) => path.slice(0, path.indexOf('/'))))].sort();
  }

  /** What was there before is gone, as when files are written. */
  async set(path: string, file: ArchivedFile): Promise<void> {
    await this.remove(path);
    this.#files.set(path, file);
  }

  async link(path: string, target: string): Promise<void> {
    await this.remove(path);
    this.#links.set(path, target);
  }

  async remove(path: string): Promise<void> {
    const before = this.#files.get(path);
    this.#files.delete(path);
    this.#links.delete(path);
    if (before?.kind === 'layer') await before.lease.release();
  }

  /** Lets go of every layer; images that took them have leases of their own. */
  async release(): Promise<void> {
    for (const file of this.#files.values()) if (file.kind === 'layer') await file.lease.release();
    this.#files.clear();
  }
}

/**
 * @param archive compressed or not
 * @throws DrydockError `data-loss` in the words of Go's archive/tar when it is no tar; nothing is kept then
 */
export async function readArchive(archive: AsyncIterable<Uint8Array>, deps: ContentsDeps): Promise<ArchiveContents> {
  const contents = new ArchiveContents();
  const reading = new Reading(contents, deps);
  try {
    await reading.run(archive);
    return contents;
  } catch (error) {
    await reading.abandon(error);
    await contents.release();
    throw error;
  }
}

type Outcome = { readonly lease: LayerLease } | { readonly error: unknown };

type Step = { readonly entry: TarEntry } | { readonly content: Uint8Array };

class Reading {
  readonly #contents: ArchiveContents;
  readonly #deps: ContentsDeps;
  readonly #steps: Step[] = [];
  #open: OpenFile | undefined;
  #smallBytes = 0;
  #entries = 0;

  constructor(contents: ArchiveContents, deps: ContentsDeps) {
    this.#contents = contents;
    this.#deps = deps;
  }

  async run(archive: AsyncIterable<Uint8Array>): Promise<void> {
    const tar = new TarReader({
      entry: (entry) => void this.#steps.push({ entry }),
      content: (content) => void this.#steps.push({ content }),
    });
    const slice = new TimeSlice();
    let read = 0;
    for await (const piece of decompress(archive)) {
      this.#deps.signal.throwIfAborted();
      read += piece.length;
      inGosWords(() => tar.push(piece));
      for (const step of this.#steps.splice(0)) await this.#take(step);
      await slice.yieldWhenSpent();
    }
    try {
      tar.end();
    } catch (cause) {
      throw new DrydockError('data-loss', 'unexpected EOF', { cause });
    }
    if (read > 0 && read < BLOCK_BYTES) throw new DrydockError('data-loss', 'unexpected EOF');
    await this.#close();
  }

  async abandon(error: unknown): Promise<void> {
    await this.#open?.abandon(error);
  }

  async #take(step: Step): Promise<void> {
    if ('content' in step) return this.#open?.push(step.content);
    await this.#close();
    const { entry } = step;
    if (++this.#entries > MAX_ENTRIES) throw new DrydockError('data-loss', `more than ${MAX_ENTRIES} entries`);
    if (Math.max(entry.path.length, entry.linkPath.length) >= MAX_PATH_BYTES) {
      throw new DrydockError('data-loss', `${decodeName(entry.path).slice(0, 100)}...: file name too long`);
    }
    const path = normal(decodeName(entry.path));
    if (entry.type === 'file') this.#open = new OpenFile(path, entry.size, this.#deps);
    if (entry.type === 'hardlink') await this.#contents.link(path, normal(decodeName(entry.linkPath)));
    if (entry.type === 'symlink') {
      const target = decodeName(entry.linkPath);
      await this.#contents.link(path, normal(target.startsWith('/') ? target : `${path}/../${target}`));
    }
  }

  async #close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const file = await open.end();
    if (file === undefined) return this.#contents.remove(open.path);
    if (file.kind === 'small') this.#smallBytes += file.bytes.length;
    if (this.#smallBytes > MAX_ALL_SMALL_BYTES) {
      throw new DrydockError('data-loss', `more than ${MAX_ALL_SMALL_BYTES} bytes that are no layers`);
    }
    await this.#contents.set(open.path, file);
  }
}

/** One file on its way in. What it is is decided by its first block. */
class OpenFile {
  readonly path: string;
  readonly #bytes: number;
  readonly #deps: ContentsDeps;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #read = 0;
  #layer: { readonly pipe: BytePipe; readonly hash: DigestStream; readonly done: Promise<Outcome> } | undefined;
  #decided = false;

  constructor(path: string, bytes: number, deps: ContentsDeps) {
    this.path = path;
    this.#bytes = bytes;
    this.#deps = deps;
  }

  async push(piece: Uint8Array): Promise<void> {
    this.#read += piece.length;
    if (this.#layer !== undefined) return this.#feed(piece);
    // A file that is neither a layer nor small is read past.
    if (this.#decided && this.#bytes > MAX_SMALL_BYTES) return;
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (!this.#decided && this.#heldBytes >= Math.min(BLOCK_BYTES, this.#bytes)) await this.#decide();
  }

  /** @returns undefined for what nobody can ask for */
  async end(): Promise<ArchivedFile | undefined> {
    if (this.#layer !== undefined) {
      this.#layer.pipe.end();
      const outcome = await this.#layer.done;
      if ('error' in outcome) return { kind: 'broken', error: outcome.error };
      return { kind: 'layer', lease: outcome.lease, digest: this.#layer.hash.digest(), bytes: this.#bytes };
    }
    if (this.#bytes > MAX_SMALL_BYTES) return undefined;
    return { kind: 'small', bytes: joinBytes(this.#held) };
  }

  async abandon(error: unknown): Promise<void> {
    if (this.#layer === undefined) return;
    this.#layer.pipe.fail(error);
    const outcome = await this.#layer.done;
    if ('lease' in outcome) await outcome.lease.release();
  }

  async #decide(): Promise<void> {
    this.#decided = true;
    const start = joinBytes(this.#held);
    if (!looksLikeLayer(start)) return;
    this.#held = [];
    const pipe = new BytePipe();
    const hash = await createDigestStream();
    this.#layer = { pipe, hash, done: this.#unpack(pipe) };
    await this.#feed(start);
  }

  async #feed(piece: Uint8Array): Promise<void> {
    this.#layer?.hash.update(piece);
    await this.#layer?.pipe.push(piece);
    this.#deps.onLayerProgress(this.path, this.#read, this.#bytes);
  }

  async #unpack(pipe: BytePipe): Promise<Outcome> {
    const { layers, blobs, signal } = this.#deps;
    try {
      await blobs.requireSpace(this.#bytes);
      return { lease: await layers.add(() => layers.unpack({ chunks: pipe, signal })) };
    } catch (error) {
      return { error };
    } finally {
      pipe.leave();
    }
  }
}

function looksLikeLayer(start: Uint8Array): boolean {
  const [a, b, c, d] = start;
  if ((a === 0x1f && b === 0x8b) || (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd)) return true;
  if (start.length < BLOCK_BYTES) return false;
  const block = start.subarray(0, BLOCK_BYTES);
  // A tar without entries starts with its end.
  if (block.every((byte) => byte === 0)) return true;
  try {
    parseHeader(block);
    return true;
  } catch (error) {
    if (isDrydockError(error, 'data-loss')) return false;
    throw error;
  }
}

function inGosWords(work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (!isDrydockError(cause, 'data-loss')) throw cause;
    throw new DrydockError('data-loss', 'archive/tar: invalid tar header', { cause });
  }
}

/** Without leading slash, `.` and `..`: nothing leads out of the archive. */
function normal(path: string): string {
  return cleanPath(`/${path}`).slice(1);
}
