// Follows the frames of a Zstandard stream ahead of the decoder, which takes as much memory as a frame's header asks for, and
// moves all of it for every block: 2 GiB for some twenty bytes. Numbers are those of RFC 8878, sections 3.1.1 and 3.1.2.
import { DrydockError } from '../../contracts/errors.ts';

/** What the zstd command takes without being told to take more. */
const MAX_WINDOW_BYTES = 128 * 1024 ** 2;

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_BYTES = 8;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const RLE_BLOCK = 1;

export class ZstdFrames {
  /** Of the header that is being read: a frame's or a block's. */
  readonly #header = new Uint8Array(18);
  #have = 0;
  #inFrame = false;
  #checksum = false;
  /** Bytes until the next header. */
  #skip = 0;

  /** @throws DrydockError `data-loss` for a frame that needs too much memory; what is no frame is left to the decoder */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      this.#header[this.#have++] = bytes[at++] ?? 0;
      if (this.#have === (this.#inFrame ? BLOCK_HEADER_BYTES : this.#frameHeaderBytes())) this.#take();
    }
  }

  /** As far as the bytes so far tell. */
  #frameHeaderBytes(): number {
    if (this.#have < 5) return 5;
    if (this.#magic() !== FRAME_MAGIC) return SKIPPABLE_BYTES;
    const flags = this.#header[4] ?? 0;
    const single = (flags & 0x20) !== 0;
    const size = flags >> 6;
    return 5 + (single ? 0 : 1) + dictionaryBytes(flags) + (size === 0 ? (single ? 1 : 0) : 1 << size);
  }

  #take(): void {
    this.#have = 0;
    if (this.#inFrame) this.#takeBlock();
    else if (this.#magic() === FRAME_MAGIC) this.#takeFrame();
    else if (((this.#magic() ^ SKIPPABLE_MAGIC) & ~0xf) === 0) this.#skip = this.#view().getUint32(4, true);
    // Nothing that can be followed; the decoder says what is wrong with it.
    else this.#skip = Infinity;
  }

  #takeFrame(): void {
    const flags = this.#header[4] ?? 0;
    const windowBytes = (flags & 0x20) === 0 ? windowOf(this.#header[5] ?? 0) : this.#contentBytes(flags);
    if (windowBytes > MAX_WINDOW_BYTES) {
      const why = `a window of ${windowBytes} bytes, at most ${MAX_WINDOW_BYTES} are supported`;
      throw new DrydockError('data-loss', `Cannot decompress layer: bad zstd data: ${why}`);
    }
    this.#checksum = (flags & 4) !== 0;
    this.#inFrame = true;
  }

  #takeBlock(): void {
    const header = this.#view().getUint16(0, true) | ((this.#header[2] ?? 0) << 16);
    this.#skip = ((header >> 1) & 3) === RLE_BLOCK ? 1 : header >> 3;
    if ((header & 1) === 0) return;
    this.#inFrame = false;
    if (this.#checksum) this.#skip += CHECKSUM_BYTES;
  }

  /** Of a frame that is one segment: its window is its content. */
  #contentBytes(flags: number): number {
    const at = 5 + dictionaryBytes(flags);
    const view = this.#view();
    switch (flags >> 6) {
      case 0:
        return view.getUint8(at);
      case 1:
        return view.getUint16(at, true) + 256;
      case 2:
        return view.getUint32(at, true);
      default:
        return Number(view.getBigUint64(at, true));
    }
  }

  #magic(): number {
    return this.#view().getUint32(0, true);
  }

  #view(): DataView {
    return new DataView(this.#header.buffer);
  }
}

function dictionaryBytes(flags: number): number {
  const code = flags & 3;
  return code === 3 ? 4 : code;
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
