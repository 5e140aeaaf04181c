// Content of files on its way from the tar to the image, which can start only when the last entry has come: in memory, or
// wherever a host has room for more than that.

/** Bytes that were kept; a Uint8Array is one. */
export interface Content {
  readonly length: number;
  subarray(start?: number, end?: number): Uint8Array;
}

/** @param bytes a view, valid for good */
export type KeepContent = (bytes: Uint8Array) => Content;

export const keepInMemory: KeepContent = (bytes) => bytes;
