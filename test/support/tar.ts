// Archives of tests that put files into containers and take them out.
import { decodeName } from '../../src/engine/layer/byte-string.ts';
import { TarReader } from '../../src/engine/layer/tar-reader.ts';
import { tarOf } from '../../src/engine/layer/testing/tar-archive.ts';

export interface ArchivedFile {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  /** As UTF-8. */
  readonly content: string;
}

/** @throws when the archive is malformed or cut off */
export function readArchive(bytes: Uint8Array): ArchivedFile[] {
  const found: { name: string; type: string; mode: number; content: string }[] = [];
  const reader = new TarReader({
    entry: ({ type, path, mode }) => void found.push({ name: decodeName(path), type, mode, content: '' }),
    content(piece) {
      const last = found.at(-1);
      if (last !== undefined) last.content += Buffer.from(piece).toString();
    },
  });
  reader.push(bytes);
  reader.end();
  return found;
}

export function writeArchive(files: readonly { readonly name: string; readonly content: string }[]): Buffer {
  return Buffer.from(tarOf(...files.map(({ name, content }) => ({ path: name, content }))));
}
