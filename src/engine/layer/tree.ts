// Builds a layer's file tree from its tar, with OCI whiteouts turned into overlayfs' own marks
// (OCI image spec, layer.md#whiteouts; kernel doc filesystems/overlayfs.rst, "whiteouts and opaque directories").
import { decodeName } from './byte-string.ts';
import type { ByteString } from './byte-string.ts';
import { NO_XATTRS, isWhiteout, newDirectory, newWhiteout } from './file-node.ts';
import type { DirectoryNode, FileAttributes, FileNode, RegularNode } from './file-node.ts';
import type { FileContents } from './image-content.ts';
import { LAYER_LIMITS, LayerCount } from './layer-limits.ts';
import type { LayerLimits } from './layer-limits.ts';
import { malformedTar } from './tar-header.ts';
import type { TarEntry, TarEntryType, TarSink } from './tar-reader.ts';
import { findPlace } from './tree-path.ts';
import type { Place } from './tree-path.ts';

const WHITEOUT = '.wh.';
const WHITEOUT_META = '.wh..wh.';
const OPAQUE = '.wh..wh..opq';

/** The kernel refuses longer ones (PATH_MAX with its final zero). */
const MAX_SYMLINK_BYTES = 4095;

export class LayerTree implements TarSink {
  readonly root: DirectoryNode = newDirectory();
  /** Sum of the sizes of the regular files that came in, in bytes. */
  sizeBytes = 0;
  #open: RegularNode | undefined;
  readonly #count: LayerCount;
  readonly #contents: FileContents;
  readonly #implied = (): DirectoryNode => {
    this.#count.name();
    return newDirectory();
  };

  constructor(contents: FileContents, limits: LayerLimits = LAYER_LIMITS) {
    this.#contents = contents;
    this.#count = new LayerCount(limits);
  }

  /** @throws DrydockError `data-loss` for an entry that Linux could not make, or one too many */
  entry(entry: TarEntry): void {
    this.#open = undefined;
    this.#count.name();
    const base = baseName(entry.path);
    if (base.startsWith(WHITEOUT)) return this.#whiteOut(entry, base);
    const place = findPlace(this.root, entry.path, this.#implied);
    if (place === undefined) throw malformedTar(`"${decodeName(entry.path)}" has no place`);
    if (place.name === '') {
      if (entry.type !== 'directory') throw malformedTar(`a ${entry.type} in the place of the root directory`);
      Object.assign(this.root, attributesOf(entry));
    } else if (entry.type === 'hardlink') this.#link(place, entry);
    else this.#put(place, this.#nodeOf(entry, entry.type, place));
  }

  /** The file whose content comes now; undefined when content is of nothing that the tree has. */
  get openFile(): RegularNode | undefined {
    return this.#open;
  }

  content(bytes: Uint8Array): void {
    if (this.#open !== undefined) this.#contents.put(this.#open, bytes);
    this.sizeBytes += bytes.length;
  }

  #nodeOf(entry: TarEntry, type: Exclude<TarEntryType, 'hardlink'>, place: Place): FileNode {
    const attributes = attributesOf(entry);
    switch (type) {
      case 'directory': {
        const present = place.directory.children.get(place.name);
        if (present?.kind === 'directory') return Object.assign(present, attributes);
        // A directory in the place of a deleted one must not show the deleted one's files.
        return Object.assign(newDirectory(attributes), { opaque: isWhiteout(present) });
      }
      case 'file': {
        this.#count.content(entry.size, decodeName(entry.path));
        const file = { kind: type, ...attributes, size: entry.size };
        this.#open = { ...file, ...this.#contents.open(file) };
        return this.#open;
      }
      case 'symlink':
        if (entry.linkPath === '' || entry.linkPath.length > MAX_SYMLINK_BYTES) {
          throw malformedTar(
            `symbolic link "${decodeName(entry.path)}" has a target of ${entry.linkPath.length} bytes`,
          );
        }
        return { kind: 'symlink', ...attributes, target: entry.linkPath };
      case 'char':
      case 'block':
        if (entry.devMajor < 0 || entry.devMajor > 0xfff || entry.devMinor < 0 || entry.devMinor > 0xfffff) {
          throw malformedTar(`device "${decodeName(entry.path)}" has number ${entry.devMajor}:${entry.devMinor}`);
        }
        return { kind: type, ...attributes, major: entry.devMajor, minor: entry.devMinor };
      case 'fifo':
        return { kind: 'fifo', ...attributes };
    }
  }

  #link(place: Place, entry: TarEntry): void {
    const source = findPlace(this.root, entry.linkPath);
    const target = source?.directory.children.get(source.name);
    const shown = `hard link "${decodeName(entry.path)}" to "${decodeName(entry.linkPath)}"`;
    if (target === undefined) throw malformedTar(`${shown}: the target is not in the layer`);
    if (target.kind === 'directory') throw malformedTar(`${shown}: the target is a directory`);
    if (place.directory.children.get(place.name) === target) return;
    this.#put(place, target);
  }

  #put({ directory, name }: Place, node: FileNode): void {
    directory.children.set(name, node);
  }

  #whiteOut(entry: TarEntry, base: ByteString): void {
    const place = findPlace(this.root, entry.path, this.#implied);
    if (place === undefined || place.name !== base) return;
    if (base === OPAQUE) place.directory.opaque = true;
    // Others are AUFS' own bookkeeping.
    if (base.startsWith(WHITEOUT_META)) return;
    const name = base.slice(WHITEOUT.length);
    if (name === '' || name === '.' || name === '..')
      throw malformedTar(`whiteout "${decodeName(entry.path)}" names nothing`);
    const present = place.directory.children.get(name);
    // A whiteout speaks of the layers below: what this layer itself has under the name stays.
    if (present === undefined) place.directory.children.set(name, newWhiteout());
    else if (present.kind === 'directory') present.opaque = true;
  }
}

function baseName(path: ByteString): ByteString {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

function attributesOf(entry: TarEntry): FileAttributes {
  const { mode, uid, gid, mtimeS, mtimeNs } = entry;
  if (entry.xattrs.size === 0) return { mode, uid, gid, mtimeS, mtimeNs, xattrs: NO_XATTRS };
  const xattrs = new Map<ByteString, Uint8Array>();
  for (const [name, value] of entry.xattrs) {
    // These steer overlayfs itself (redirect, metacopy, opaque); only our own whiteout handling may set them.
    if (!name.startsWith('trusted.overlay.')) xattrs.set(name, value);
  }
  return { mode, uid, gid, mtimeS, mtimeNs, xattrs };
}
