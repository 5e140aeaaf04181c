// Ends of files on their way from the tar to the image, where they come last: in memory, or wherever a host has room for more than
// that.

/** Bytes that were kept; a Uint8Array is one. */
export interface Content {
  readonly length: number;
  subarray(start?: number, end?: number): Uint8Array;
}

/** @param bytes may change or go afterwards */
export type KeepContent = (bytes: Uint8Array) => Content;

/** A block's worth of memory each would cost more than most ends of files have. */
const PAGE_BYTES = 256 * 1024;

/** Packed: what is kept must not hold the larger pieces that it came in. */
export function keeperInMemory(): KeepContent {
  let page = new Uint8Array(0);
  let used = 0;
  return (bytes) => {
    if (used + bytes.length > page.length) {
      page = new Uint8Array(Math.max(PAGE_BYTES, bytes.length));
      used = 0;
    }
    page.set(bytes, used);
    used += bytes.length;
    return page.subarray(used - bytes.length, used);
  };
}
