// The fid table: what each number of the guest's stands for, and how it is saved with a snapshot.
import { ERRNO } from '../errno.ts';
import type { P9Handle, P9Node } from './p9-node.ts';
import { P9Error } from './p9-wire.ts';

export interface P9Fid {
  readonly node: P9Node;
  /** The directory in which it was found and its name there; undefined for the root. */
  place: { readonly directory: P9Node; readonly name: string } | undefined;
  handle: P9Handle | undefined;
  openFlags: number;
  /** Names at the first Treaddir: a directory that changes while it is listed keeps its offsets. */
  listing: readonly (readonly [name: string, node: P9Node])[] | undefined;
}

/** JSON-able. `path` is null when the file has no name any more. */
export interface SavedFid {
  readonly fid: number;
  readonly path: readonly string[] | null;
  /** Flags of its open, or null when it is not open. */
  readonly openFlags: number | null;
}

export class P9FidTable {
  readonly #fids = new Map<number, P9Fid>();

  get size(): number {
    return this.#fids.size;
  }

  get(fid: number): P9Fid {
    const entry = this.#fids.get(fid);
    if (entry === undefined) throw new P9Error(ERRNO.EBADF, `fid ${fid} is not in use`);
    return entry;
  }

  add(fid: number, node: P9Node, place: P9Fid['place']): P9Fid {
    if (this.#fids.has(fid)) throw new P9Error(ERRNO.EINVAL, `fid ${fid} is in use`);
    const entry: P9Fid = { node, place, handle: undefined, openFlags: 0, listing: undefined };
    this.#fids.set(fid, entry);
    return entry;
  }

  /** Like `add`, but `fid` may be in use: a walk may replace its own. */
  replace(fid: number, node: P9Node, place: P9Fid['place']): void {
    this.#fids.delete(fid);
    this.add(fid, node, place);
  }

  /** Closes what is open. */
  remove(fid: number): void {
    const entry = this.get(fid);
    this.#fids.delete(fid);
    entry.handle?.close();
  }

  clear(): void {
    const entries = [...this.#fids.values()];
    this.#fids.clear();
    for (const entry of entries) entry.handle?.close();
  }

  /** A file was renamed: fids that found it under the old name follow. */
  moved(from: { directory: P9Node; name: string }, to: { directory: P9Node; name: string }): void {
    for (const entry of this.#fids.values()) {
      if (entry.place?.directory === from.directory && entry.place.name === from.name) entry.place = to;
    }
  }

  save(): SavedFid[] {
    return [...this.#fids].map(([fid, entry]) => ({
      fid,
      path: pathOf(entry) ?? null,
      openFlags: entry.handle === undefined ? null : entry.openFlags,
    }));
  }
}

function pathOf({ node, place }: P9Fid): readonly string[] | undefined {
  if (place === undefined || node.isDirectory) return node.path();
  const directory = place.directory.path();
  return directory && [...directory, place.name];
}
