// HEAD, GET and PUT /containers/{id}/archive: a container's files in and out as tars (moby: daemon/archive_unix.go).
import { DrydockError, isDrydockError } from '../../../contracts/errors.ts';
import type { TreeStat } from '../../../contracts/host-trees.ts';
import { decompressStream } from '../../layer/decompress-stream.ts';
import { cleanPath } from '../clean-path.ts';
import { emitContainerEvent } from '../container-context.ts';
import type { ContainerContext } from '../container-context.ts';
import type { Container } from '../container.ts';
import { userOf } from '../user/container-user.ts';
import { containerView, requireWritable } from './container-view.ts';
import { goFileMode, isDirectoryMode, isLinkMode } from './go-file-mode.ts';

const ENOENT = 2;

/** The JSON in the header `X-Docker-Container-Path-Stat`. */
export interface PathStat {
  readonly name: string;
  readonly size: number;
  /** Go's os.FileMode. */
  readonly mode: number;
  readonly mtime: string;
  readonly linkTarget: string;
}

/** @param name as the caller named the container, for the message */
export async function statPath(
  context: ContainerContext,
  container: Container,
  name: string,
  path: string,
): Promise<PathStat> {
  const view = containerView(container);
  const found = await inContainer(name, path, () => context.runtime.trees.stat(view, path, false));
  return pathStat(path, found);
}

export async function readArchive(
  context: ContainerContext,
  container: Container,
  name: string,
  path: string,
): Promise<{ readonly stat: PathStat; readonly tar: ReadableStream<Uint8Array> }> {
  const view = containerView(container);
  const { trees } = context.runtime;
  const absolute = keepTrailing(cleanPath(`/${path}`), path);
  const { found, tar } = await inContainer(name, path, async () => {
    const stat = await trees.stat(view, absolute, false);
    const isRoot = isDirectoryMode(stat.mode) && cleanPath(absolute) === '/' && !absolute.endsWith('.');
    return { found: stat, tar: await trees.pack(view, absolute, { name: isRoot ? '' : baseName(absolute) }) };
  });
  emitContainerEvent(context, container, 'archive-path');
  return { stat: pathStat(absolute, found), tar };
}

export interface WriteArchiveOptions {
  /** The container's user owns what comes. */
  readonly copyUidGid: boolean;
  readonly noOverwriteDirNonDir: boolean;
}

/** @throws DrydockError in Docker's words; what came before a failure stays, as with Docker */
export async function writeArchive(
  context: ContainerContext,
  container: Container,
  target: { readonly name: string; readonly path: string },
  body: ReadableStream<Uint8Array>,
  options: WriteArchiveOptions,
): Promise<void> {
  const { name, path } = target;
  const view = containerView(container);
  const { trees } = context.runtime;
  await inContainer(name, path, async () => {
    const directory = await trees.stat(view, keepTrailing(cleanPath(`/${path}`), path), true);
    if (!isDirectoryMode(directory.mode)) {
      throw new DrydockError('invalid-argument', 'extraction point is not a directory');
    }
    requireWritable(container, directory.target);
    const { User } = container.config;
    const owner = options.copyUidGid && User !== '' ? await userOf(context.runtime, container, User) : undefined;
    const tar = await decompressStream(body);
    await trees.unpack(view, directory.target, tar, {
      ...(owner && { owner: { uid: owner.uid, gid: owner.gid } }),
      noOverwrite: options.noOverwriteDirNonDir,
    });
  });
  emitContainerEvent(context, container, 'extract-to-dir');
}

// What is missing is the caller's fault; every other trouble with files is the daemon's failure, as Docker tells it.
async function inContainer<T>(name: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isDrydockError(cause, 'guest') || cause.errno !== ENOENT) throw cause;
    throw new DrydockError('not-found', `Could not find the file ${path} in container ${name}`, { cause });
  }
}

function pathStat(path: string, found: TreeStat): PathStat {
  return {
    name: baseName(path),
    size: found.bytes,
    mode: goFileMode(found.mode),
    mtime: timeOf(found),
    linkTarget: isLinkMode(found.mode) ? found.target : '',
  };
}

/** RFC 3339 with what nanoseconds there are. */
function timeOf({ modifiedS, modifiedNs }: TreeStat): string {
  const seconds = new Date(modifiedS * 1000).toISOString().slice(0, 19);
  const fraction = modifiedNs === 0 ? '' : `.${String(modifiedNs).padStart(9, '0').replace(/0+$/, '')}`;
  return `${seconds}${fraction}Z`;
}

/** Go's filepath.Base. */
function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** A path that ends in `/` or `/.` names a directory and not a link to one: cleaning must not lose that. */
function keepTrailing(cleaned: string, original: string): string {
  const slash = cleaned.endsWith('/') ? '' : '/';
  if (/(^|\/)\.$/.test(original)) return `${cleaned}${slash}.`;
  return original.endsWith('/') ? cleaned + slash : cleaned;
}
