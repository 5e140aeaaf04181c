// The layer between two root file systems, each a tar that images/add-packages.sh wrote: the entries that are new or other, and a
// whiteout for each that is gone (OCI image-spec, layer.md).
import { tarHeader } from './tar.ts';

const BLOCK = 512;
const END = Buffer.alloc(2 * BLOCK);
const PAX_HEADER = 'x';

interface Entry {
  /** `./etc/passwd`; a directory ends with a slash. */
  readonly path: string;
  /** Its headers and content, as they are in the archive. */
  readonly bytes: Buffer;
}

/** @returns an uncompressed tar: what must be put on `lower` to make `upper` */
export function tarDifference(lower: Buffer, upper: Buffer, modifiedSeconds: number): Buffer {
  const before = new Map([...readEntries(lower)].map((entry) => [entry.path, entry.bytes]));
  const parts: Buffer[] = [];
  const after = new Set<string>();
  for (const { path, bytes } of readEntries(upper)) {
    after.add(path);
    if (before.get(path)?.equals(bytes) !== true) parts.push(bytes);
  }
  for (const path of gone(before.keys(), after)) parts.push(whiteout(path, modifiedSeconds));
  return Buffer.concat([...parts, END]);
}

/** What was there and is not now; of a whole directory, only itself. */
function gone(before: Iterable<string>, after: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const path of [...before].sort()) {
    const last = found.at(-1);
    if (!after.has(path) && !(last?.endsWith('/') === true && path.startsWith(last))) found.push(path);
  }
  return found;
}

function whiteout(path: string, modifiedSeconds: number): Buffer {
  const name = path.replace(/^\.\//, '').replace(/\/$/, '');
  const cut = name.lastIndexOf('/') + 1;
  return tarHeader(
    { path: `${name.slice(0, cut)}.wh.${name.slice(cut)}`, type: 'file', mode: 0o644 },
    0,
    modifiedSeconds,
  );
}

function* readEntries(tar: Buffer): Generator<Entry> {
  let start = 0;
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + BLOCK);
    const bytes = Number.parseInt(text(header, 124, 12), 8);
    const content = tar.subarray(at + BLOCK, at + BLOCK + bytes);
    at += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK;
    if (text(header, 156, 1) === PAX_HEADER) {
      longPath = paxPath(content) ?? longPath;
      continue;
    }
    const prefix = text(header, 345, 155);
    const name = text(header, 0, 100);
    yield { path: longPath ?? (prefix ? `${prefix}/${name}` : name), bytes: tar.subarray(start, at) };
    start = at;
    longPath = undefined;
  }
}

function text(header: Buffer, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end).trim();
}

/** Records are `LENGTH KEY=VALUE\n`. */
function paxPath(records: Buffer): string | undefined {
  for (let at = 0; at < records.length;) {
    const blank = records.indexOf(' ', at);
    const length = Number(records.toString('latin1', at, blank));
    if (!(length > 0)) return undefined;
    const record = records.toString('utf8', blank + 1, at + length - 1);
    if (record.startsWith('path=')) return record.slice('path='.length);
    at += length;
  }
  return undefined;
}
