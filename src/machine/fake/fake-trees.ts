// The machine's trees for tests of the engine: each answer is set by the test, each request is kept.
import { DrydockError } from '../../contracts/errors.ts';
import type {
  HostTrees,
  PackOptions,
  TreeChange,
  TreeStat,
  TreeView,
  UnpackOptions,
} from '../../contracts/host-trees.ts';
import type { RootfsPaths } from '../../contracts/runtime.ts';
import { ERRNO } from '../errno.ts';

export interface FakeUnpacked {
  readonly view: TreeView;
  readonly directory: string;
  readonly tar: Uint8Array;
  readonly options: UnpackOptions;
}

export interface FakePacked {
  readonly view: TreeView;
  readonly path: string;
  readonly options: PackOptions;
}

export class FakeTrees implements HostTrees {
  /** By path in the view. */
  readonly stats = new Map<string, TreeStat>();
  /** By path in the view: what `pack` gives. */
  readonly archives = new Map<string, Uint8Array>();
  /** What `pack` gives of a writable layer, whose marks become whiteouts. */
  written: Uint8Array | undefined;
  readonly packed: FakePacked[] = [];
  readonly unpacked: FakeUnpacked[] = [];
  /** The next unpack fails with it, after it took the tar. */
  failure: DrydockError | undefined;
  changed: TreeChange[] = [];
  bytes = 0;

  async stat(_view: TreeView, path: string): Promise<TreeStat> {
    const found = this.stats.get(path);
    if (found === undefined) throw missing(path);
    return found;
  }

  async pack(view: TreeView, path: string, options: PackOptions): Promise<ReadableStream<Uint8Array>> {
    this.packed.push({ view, path, options });
    const archive = options.whiteouts === true && this.written ? this.written : this.archives.get(path);
    if (archive === undefined) throw missing(path);
    return new Blob([archive.slice()]).stream();
  }

  async unpack(
    view: TreeView,
    directory: string,
    tar: ReadableStream<Uint8Array>,
    options: UnpackOptions,
  ): Promise<void> {
    const bytes = new Uint8Array(await new Response(tar as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    this.unpacked.push({ view, directory, tar: bytes, options });
  }

  async changes(_root: RootfsPaths): Promise<TreeChange[]> {
    return this.changed;
  }

  async usage(_directory: string): Promise<number> {
    return this.bytes;
  }
}

function missing(path: string): DrydockError {
  return new DrydockError('guest', `lstat ${path}: no such file or directory`, { errno: ERRNO.ENOENT });
}
