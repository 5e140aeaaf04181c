// Writes image layers: POSIX ustar, with nothing in it that changes between two builds of the same files.
export interface TarEntry {
  /** Without a leading slash; a directory without a trailing one. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  /** Permission bits. */
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly data?: Uint8Array;
  /** Of a link: for a hard link, the path of an earlier entry. */
  readonly target?: string;
}

const BLOCK = 512;
const TYPE_FLAGS = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const;

/** @param modifiedSeconds time of every entry, since 1970. @throws RangeError for a path that ustar cannot hold */
export function tarArchive(entries: readonly TarEntry[], modifiedSeconds: number): Buffer {
  const parts = entries.flatMap((entry) => {
    const data = Buffer.from(entry.data ?? []);
    return [tarHeader(entry, data.length, modifiedSeconds), data, Buffer.alloc(-data.length & (BLOCK - 1))];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** One header block. @param size bytes of content that follow */
export function tarHeader(entry: TarEntry, size: number, modifiedSeconds: number): Buffer {
  const path = entry.type === 'directory' ? `${entry.path}/` : entry.path;
  const target = entry.target ?? '';
  if (Buffer.byteLength(path) > 100 || Buffer.byteLength(target) > 100)
    throw new RangeError(`Cannot write "${path}" to a tar: a path is at most 100 bytes here`);
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0);
  octal(block, 100, 8, entry.mode);
  octal(block, 108, 8, entry.uid ?? 0);
  octal(block, 116, 8, entry.gid ?? 0);
  octal(block, 124, 12, size);
  octal(block, 136, 12, modifiedSeconds);
  block.write(TYPE_FLAGS[entry.type], 156);
  block.write(target, 157);
  block.write('ustar\x0000', 257);
  block.write('root', 265);
  block.write('root', 297);
  // The sum counts its own field as blanks.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function octal(block: Buffer, offset: number, width: number, value: number): void {
  block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, offset);
}
