// Lets so many bytes through and fails at the next: a length that was stated is only a promise.
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { ProxyFailure } from './proxy-failure.ts';

export class LimitedBytes extends Transform {
  readonly #max: number;
  #bytes = 0;

  constructor(max: number) {
    super();
    this.#max = max;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#max) done(tooLarge(this.#max));
    else done(null, chunk);
  }
}

export function tooLarge(max: number): ProxyFailure {
  const size = max < 1e6 ? `${Math.floor(max / 1024)} KiB` : `${Math.floor(max / 1024 ** 2)} MiB`;
  return new ProxyFailure(413, 'SIZE_INVALID', `this page's server passes on no more than ${size} of that kind`);
}
