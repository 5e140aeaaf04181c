// Reads tar archives as they stream in, holding at most one header: layers may be far larger than memory should be.
// Pushing is synchronous, since a layer has thousands of entries and an await for each would cost more than the parsing.
import type { ByteString } from './byte-string.ts';
import { decodeName } from './byte-string.ts';
import { parsePax } from './pax.ts';
import type { PaxRecords } from './pax.ts';
import { TAR_BLOCK_BYTES, isZeroBlock, malformedTar, parseHeader } from './tar-header.ts';
import type { RawHeader } from './tar-header.ts';

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo';

export interface TarEntry {
  readonly type: TarEntryType;
  /** As the archive has it: may be absolute, hold `..` or end with a slash. */
  readonly path: ByteString;
  /** Of symlinks and hard links, else ''. */
  readonly linkPath: ByteString;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content that follow; 0 unless `type` is `file`. */
  readonly size: number;
  readonly mtimeS: number;
  readonly mtimeNs: number;
  readonly devMajor: number;
  readonly devMinor: number;
  readonly xattrs: ReadonlyMap<ByteString, Uint8Array>;
}

export interface TarSink {
  entry(entry: TarEntry): void;
  /** A piece of the content of the last `file` entry; a view of what was pushed. */
  content(bytes: Uint8Array): void;
}

/** Names and extended headers above this are refused. */
const MAX_EXTENSION_BYTES = 1024 * 1024;

const TYPES: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
};

const NO_XATTRS: ReadonlyMap<ByteString, Uint8Array> = new Map();

/** What the bytes after a header are for. */
type Body = 'content' | 'skipped' | 'pax' | 'longName' | 'longLink';

export class TarReader {
  readonly #sink: TarSink;
  readonly #header = new Uint8Array(TAR_BLOCK_BYTES);
  #headerBytes = 0;
  #body: Body = 'skipped';
  #bodyLeft = 0;
  #padding = 0;
  #extension = new Uint8Array(0);
  #extensionBytes = 0;
  #pax: PaxRecords | undefined;
  #longName: ByteString | undefined;
  #longLink: ByteString | undefined;
  #zeroBlocks = 0;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  /** @throws DrydockError `data-loss` on a malformed header; do not push again then */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#zeroBlocks < 2) {
      if (this.#bodyLeft > 0) at += this.#takeBody(chunk, at);
      else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, chunk.length - at);
        this.#padding -= skipped;
        at += skipped;
      } else at += this.#takeHeader(chunk, at);
    }
  }

  /**
   * The archive ends here. The two closing zero blocks may be missing, as GNU tar and Docker allow.
   * @throws DrydockError `data-loss` when it ends inside an entry
   */
  end(): void {
    if (this.#bodyLeft > 0) throw malformedTar(`it ends ${this.#bodyLeft} bytes before the end of an entry`);
    if (this.#headerBytes > 0) throw malformedTar(`it ends after ${this.#headerBytes} bytes of a header`);
    if (this.#pending) throw malformedTar('it ends between an extended header and its entry');
  }

  get #pending(): boolean {
    return this.#pax !== undefined || this.#longName !== undefined || this.#longLink !== undefined;
  }

  #takeHeader(chunk: Uint8Array, at: number): number {
    const taken = Math.min(TAR_BLOCK_BYTES - this.#headerBytes, chunk.length - at);
    this.#header.set(chunk.subarray(at, at + taken), this.#headerBytes);
    this.#headerBytes += taken;
    if (this.#headerBytes === TAR_BLOCK_BYTES) {
      this.#headerBytes = 0;
      if (isZeroBlock(this.#header)) this.#zeroBlocks++;
      else if (this.#zeroBlocks > 0) throw malformedTar('an entry follows an end-of-archive block');
      else this.#startEntry(parseHeader(this.#header));
    }
    return taken;
  }

  #takeBody(chunk: Uint8Array, at: number): number {
    const taken = Math.min(this.#bodyLeft, chunk.length - at);
    const bytes = chunk.subarray(at, at + taken);
    this.#bodyLeft -= taken;
    if (this.#body === 'content') this.#sink.content(bytes);
    else if (this.#body !== 'skipped') {
      this.#extension.set(bytes, this.#extensionBytes);
      this.#extensionBytes += taken;
    }
    if (this.#bodyLeft === 0) this.#endBody();
    return taken;
  }

  #expectBody(body: Body, size: number): void {
    this.#body = body;
    this.#bodyLeft = size;
    this.#padding = (TAR_BLOCK_BYTES - (size % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
  }

  #startEntry(header: RawHeader): void {
    if (header.size < 0) throw malformedTar(`entry "${decodeName(header.path)}" has size ${header.size}`);
    switch (header.typeflag) {
      case 'x':
        return this.#expectExtension('pax', header.size);
      case 'L':
        return this.#expectExtension('longName', header.size);
      case 'K':
        return this.#expectExtension('longLink', header.size);
      case 'g':
      case 'V':
        // Comments about the whole archive: Docker ignores global headers, and a volume label is no file.
        return this.#expectBody('skipped', header.size);
      default:
        return this.#emit(header);
    }
  }

  #expectExtension(body: Body, size: number): void {
    if (size > MAX_EXTENSION_BYTES)
      throw malformedTar(`extended header of ${size} bytes; at most ${MAX_EXTENSION_BYTES} are read`);
    this.#extension = new Uint8Array(size);
    this.#extensionBytes = 0;
    this.#expectBody(body, size);
    if (size === 0) this.#endBody();
  }

  #endBody(): void {
    if (this.#body === 'pax') this.#pax = parsePax(this.#extension);
    else if (this.#body === 'longName') this.#longName = untilZero(this.#extension);
    else if (this.#body === 'longLink') this.#longLink = untilZero(this.#extension);
    this.#extension = new Uint8Array(0);
  }

  #emit(header: RawHeader): void {
    const pax = this.#pax;
    const path = pax?.path ?? this.#longName ?? header.path;
    const linkPath = pax?.linkPath ?? this.#longLink ?? header.linkPath;
    this.#pax = this.#longName = this.#longLink = undefined;
    const listed = TYPES[header.typeflag];
    const shown = decodeName(path).slice(0, 200);
    if (header.typeflag === 'S') throw malformedTar(`entry "${shown}" is a sparse file, which is not supported`);
    if (listed === undefined)
      throw malformedTar(`entry "${shown}" has unknown type ${JSON.stringify(header.typeflag)}`);
    if (path.includes('\0') || linkPath.includes('\0'))
      throw malformedTar(`name ${JSON.stringify(shown)} holds a zero byte`);
    // Before POSIX a directory was a file whose name ends with a slash.
    const type = listed === 'file' && path.endsWith('/') ? 'directory' : listed;
    const size = type === 'file' ? (pax?.size ?? header.size) : 0;
    this.#expectBody('content', size);
    this.#sink.entry({
      type,
      path,
      linkPath: type === 'symlink' || type === 'hardlink' ? linkPath : '',
      mode: header.mode & 0o7777,
      uid: uint32(pax?.uid ?? header.uid, 'uid', shown),
      gid: uint32(pax?.gid ?? header.gid, 'gid', shown),
      size,
      mtimeS: pax?.mtime?.seconds ?? header.mtimeS,
      mtimeNs: pax?.mtime?.ns ?? 0,
      devMajor: header.devMajor,
      devMinor: header.devMinor,
      xattrs: pax?.xattrs ?? NO_XATTRS,
    });
  }
}

/** Feeds a whole stream. @throws DrydockError `data-loss`, and whatever the stream fails with */
export async function readTar(source: AsyncIterable<Uint8Array>, sink: TarSink): Promise<void> {
  const reader = new TarReader(sink);
  for await (const chunk of source) reader.push(chunk);
  reader.end();
}

function untilZero(bytes: Uint8Array): ByteString {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

function uint32(value: number, field: string, name: string): number {
  if (value < 0 || value > 0xffff_ffff) throw malformedTar(`entry "${name}" has ${field} ${value}`);
  return value;
}
