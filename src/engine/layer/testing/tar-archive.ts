// Writes tar archives for tests, byte by byte, so that they can also be wrong in chosen ways.

export interface TarItem {
  readonly path: string;
  /** A typeflag; a plain file by default. */
  readonly type?: string;
  readonly linkPath?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtimeS?: number;
  readonly content?: Uint8Array | string;
  readonly device?: readonly [major: number, minor: number];
  /** Written as an extended header before the entry. */
  readonly pax?: Readonly<Record<string, string | Uint8Array>>;
  /** Changes the finished header block. */
  readonly damage?: (block: Uint8Array) => void;
}

const utf8 = new TextEncoder();

export function tarOf(...items: readonly TarItem[]): Uint8Array<ArrayBuffer> {
  return concatBytes([...items.flatMap(blocksOf), new Uint8Array(1024)]);
}

export function blocksOf(item: TarItem): Uint8Array[] {
  const { content = '', pax } = item;
  const bytes = typeof content === 'string' ? utf8.encode(content) : content;
  const header = headerBlock(item, bytes.length);
  item.damage?.(header);
  const before = pax === undefined ? [] : blocksOf({ path: 'PaxHeaders/x', type: 'x', content: paxRecords(pax) });
  return [...before, header, padded(bytes)];
}

export function paxRecords(records: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  return concatBytes(
    Object.entries(records).map(([key, value]) => {
      const body = concatBytes([
        utf8.encode(` ${key}=`),
        typeof value === 'string' ? utf8.encode(value) : value,
        utf8.encode('\n'),
      ]);
      let length = body.length;
      while (String(length).length + body.length !== length) length = String(length).length + body.length;
      return concatBytes([utf8.encode(String(length)), body]);
    }),
  );
}

/** Sums the header again after it was changed. */
export function resum(block: Uint8Array): void {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(utf8.encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function headerBlock(item: TarItem, size: number): Uint8Array {
  const { type = '0', mode = 0o644, uid = 0, gid = 0, mtimeS = 0, linkPath = '', device = [0, 0] } = item;
  const block = new Uint8Array(512);
  const put = (text: string, at: number): void => block.set(utf8.encode(text).subarray(0, 100), at);
  const octal = (value: number, at: number, digits: number): void => put(value.toString(8).padStart(digits, '0'), at);
  const [prefix, name] = splitPath(item.path);
  put(name, 0);
  octal(mode, 100, 7);
  octal(uid, 108, 7);
  octal(gid, 116, 7);
  octal(size, 124, 11);
  octal(mtimeS, 136, 11);
  put(type, 156);
  put(linkPath, 157);
  put('ustar\x0000', 257);
  octal(device[0], 329, 7);
  octal(device[1], 337, 7);
  put(prefix, 345);
  resum(block);
  return block;
}

function splitPath(path: string): [prefix: string, name: string] {
  if (utf8.encode(path).length <= 100) return ['', path];
  const slash = path.indexOf('/', path.length - 101);
  return slash < 0 || slash > 100 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)];
}

function padded(bytes: Uint8Array): Uint8Array {
  return concatBytes([bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]);
}
