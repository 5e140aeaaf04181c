// Writes the initramfs: a cpio archive in the "newc" format (kernel documentation: initramfs-buffer-format).
export interface CpioEntry {
  /** Without a leading slash. */
  readonly path: string;
  /** File type and permissions, as in st_mode. */
  readonly mode: number;
  readonly data?: Uint8Array;
  /** Of a device file. */
  readonly device?: { readonly major: number; readonly minor: number };
}

/** All owned by root, with no dates, so that the same files give the same archive. */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts = entries.map((entry, index) => member(entry, index + 1));
  return Buffer.concat([...parts, member({ path: 'TRAILER!!!', mode: 0 }, 0)]);
}

function member(entry: CpioEntry, inode: number): Buffer {
  const data = entry.data ?? new Uint8Array();
  const name = Buffer.from(`${entry.path}\0`);
  const { major, minor } = entry.device ?? { major: 0, minor: 0 };
  const links = 1;
  const fields = [inode, entry.mode, 0, 0, links, 0, data.length, 0, 0, major, minor, name.length, 0];
  const header = Buffer.from(`070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([pad(Buffer.concat([header, name])), pad(Buffer.from(data))]);
}

function pad(buffer: Buffer): Buffer {
  return Buffer.concat([buffer, Buffer.alloc(-buffer.length & 3)]);
}
