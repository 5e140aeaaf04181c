// The few kinds of tar entries that a saved image has (ustar, POSIX.1-1988), as Go's archive/tar writes them.

const BLOCK_BYTES = 512;
const END_BYTES = 1024;
const FILE_MODE = 0o100644;
const DIRECTORY_MODE = 0o040755;

const utf8 = new TextEncoder();

/** @param path of at most 100 bytes of ASCII */
export function fileHeader(path: string, bytes: number, modifiedS: number): Uint8Array {
  return header({ path, bytes, modifiedS, mode: FILE_MODE, type: '0' });
}

export function directoryHeader(path: string, modifiedS: number): Uint8Array {
  return header({ path: `${path}/`, bytes: 0, modifiedS, mode: DIRECTORY_MODE, type: '5' });
}

/** What fills up the last block of `bytes` bytes of content. */
export function padding(bytes: number): Uint8Array {
  return new Uint8Array((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

export function endOfArchive(): Uint8Array {
  return new Uint8Array(END_BYTES);
}

interface Header {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedS: number;
  readonly mode: number;
  readonly type: '0' | '5';
}

function header({ path, bytes, modifiedS, mode, type }: Header): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (text: string, at: number): void => block.set(utf8.encode(text), at);
  const octal = (value: number, at: number, digits: number): void => put(value.toString(8).padStart(digits, '0'), at);
  put(path, 0);
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(bytes, 124, 11);
  octal(Math.max(0, modifiedS), 136, 11);
  put(type, 156);
  put('ustar\x0000', 257);
  octal(0, 329, 7);
  octal(0, 337, 7);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0`, 148);
  return block;
}
