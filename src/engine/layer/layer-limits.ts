// How much one layer may bring in. A layer is in memory while it is unpacked, and a few kilobytes of gzip can stand for
// gigabytes: whoever made it must not be able to take the page down (docs/decisions, "Layers have limits").
import { DrydockError } from '../../contracts/errors.ts';
import { MAX_FILE_BYTES } from './erofs-format.ts';

export interface LayerLimits {
  /** Sum of the sizes that the headers of its files state. */
  readonly contentBytes: number;
  /** Names it makes, with the directories that it only implies. */
  readonly files: number;
}

export const LAYER_LIMITS: LayerLimits = { contentBytes: 1024 ** 3, files: 500_000 };

export class LayerCount {
  readonly #limits: LayerLimits;
  #contentBytes = 0;
  #files = 0;

  constructor(limits: LayerLimits) {
    this.#limits = limits;
  }

  /** A name more. @throws DrydockError `data-loss` when there are too many */
  name(): void {
    if (++this.#files > this.#limits.files) throw tooMuch(`it has more than ${this.#limits.files} files`);
  }

  /**
   * A file's content is about to come.
   * @param shown the file's name, for people
   * @throws DrydockError `data-loss` when it is too much
   */
  content(bytes: number, shown: string): void {
    if (bytes > MAX_FILE_BYTES) {
      throw tooMuch(`file "${shown}" has ${bytes} bytes; files of 4 GiB and more are not supported`);
    }
    this.#contentBytes += bytes;
    if (this.#contentBytes > this.#limits.contentBytes) {
      throw tooMuch(`its files have more than ${this.#limits.contentBytes} bytes together`);
    }
  }
}

function tooMuch(why: string): DrydockError {
  return new DrydockError('data-loss', `Cannot unpack layer: ${why}`);
}
