// Finds places in a layer's tree. Every path is taken from the layer's root, as in a chroot: `..` stops there, and links
// on the way are followed inside it only. That is what keeps a hostile layer from naming anything outside.
import type { ByteString } from './byte-string.ts';
import { decodeName } from './byte-string.ts';
import { isWhiteout } from './file-node.ts';
import type { DirectoryNode } from './file-node.ts';
import { malformedTar } from './tar-header.ts';

/** Linux's own limits (limits.h, namei.c): what is longer could not be opened in the guest. */
const NAME_MAX_BYTES = 255;
const PATH_MAX_BYTES = 4096;
const MAX_LINKS_FOLLOWED = 40;

/** Directory and last name; `name` is '' for the root itself. */
export interface Place {
  readonly directory: DirectoryNode;
  readonly name: ByteString;
}

/**
 * Resolves all but the last component.
 * @param make gives the missing directories on the way; without it they stay missing
 * @returns undefined when something on the way is missing
 * @throws DrydockError `data-loss` for names the kernel would refuse, loops, and files used as directories
 */
export function findPlace(root: DirectoryNode, path: ByteString, make?: () => DirectoryNode): Place | undefined {
  const parts = normalise(path);
  const name = parts.pop() ?? '';
  const directory = walk(root, parts, path, make);
  return directory && { directory, name };
}

/** Components of a path below the root, with `.` and `..` worked out on the text, as Docker cleans entry names. */
function normalise(path: ByteString): ByteString[] {
  if (path.length > PATH_MAX_BYTES)
    throw malformedTar(`a name of ${path.length} bytes; Linux allows ${PATH_MAX_BYTES}`);
  const parts: ByteString[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part.length > NAME_MAX_BYTES)
      throw malformedTar(`name "${decodeName(part)}" is longer than ${NAME_MAX_BYTES} bytes`);
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

function walk(
  root: DirectoryNode,
  parts: readonly ByteString[],
  path: ByteString,
  make: (() => DirectoryNode) | undefined,
): DirectoryNode | undefined {
  const ahead = [...parts].reverse();
  // The way back for a `..` inside a link's target.
  const trail: DirectoryNode[] = [root];
  let linksFollowed = 0;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    const here = trail.at(-1) ?? root;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const next = here.children.get(part);
    if (next === undefined || isWhiteout(next)) {
      if (make === undefined) return undefined;
      if (part.length > NAME_MAX_BYTES)
        throw malformedTar(`name "${decodeName(part)}" is longer than ${NAME_MAX_BYTES} bytes`);
      const made = make();
      made.opaque = next !== undefined;
      here.children.set(part, made);
      trail.push(made);
    } else if (next.kind === 'directory') trail.push(next);
    else if (next.kind === 'symlink') {
      if (++linksFollowed > MAX_LINKS_FOLLOWED)
        throw malformedTar(`too many symbolic links on the way to "${decodeName(path)}"`);
      if (next.target.startsWith('/')) trail.length = 1;
      ahead.push(...next.target.split('/').reverse());
    } else throw malformedTar(`"${decodeName(part)}" on the way to "${decodeName(path)}" is not a directory`);
  }
  return trail.at(-1) ?? root;
}
