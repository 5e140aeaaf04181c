// Follows names from a node, as Twalk does: one at a time, nothing above the root, no names with slashes.
import { ERRNO } from '../errno.ts';
import type { P9Fid } from './p9-fids.ts';
import { chain } from './p9-node.ts';
import type { Maybe, P9Node } from './p9-node.ts';
import { P9Error } from './p9-wire.ts';
import type { Qid } from './p9-wire.ts';

export interface P9Place {
  readonly node: P9Node;
  readonly place: P9Fid['place'];
}

export interface WalkResult {
  /** Of each name found. */
  readonly qids: readonly Qid[];
  /** Where the walk led, or undefined when a name was not found. */
  readonly end: P9Place | undefined;
}

/** @throws P9Error when the first name is not found, as the protocol wants; later ones shorten `qids` */
export function walk(start: P9Place, names: readonly string[], qids: readonly Qid[] = []): Maybe<WalkResult> {
  const [name, ...rest] = names;
  if (name === undefined) return { qids, end: start };
  return chain(step(start, name), (next) => {
    if (next !== undefined) return walk(next, rest, [...qids, next.node.qid]);
    if (qids.length === 0) throw new P9Error(ERRNO.ENOENT, `"${name}" is not there`);
    return { qids, end: undefined };
  });
}

/** A name for a new entry. @throws P9Error EINVAL for what cannot be one */
export function checkName(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new P9Error(ERRNO.EINVAL, `the name "${name}"`);
  }
  if (name.length > 255) throw new P9Error(ERRNO.ENAMETOOLONG, `a name of ${name.length}`);
  return name;
}

function step({ node }: P9Place, name: string): Maybe<P9Place | undefined> {
  if (name === '..') {
    const { parent } = node;
    if (!node.isDirectory || parent === undefined) throw new P9Error(ERRNO.EACCES, 'a walk above the root');
    return { node: parent, place: undefined };
  }
  checkName(name);
  return chain(node.lookup(name), (found) => found && { node: found, place: { directory: node, name } });
}
