// Where a copy goes and what it is called there: cp's rules, as moby's go-archive has them (copy.go, PrepareArchiveCopy).
import { CliError } from '../cli-error.ts';
import { assertsDirectory, splitEntry } from './go-path.ts';

export interface CopySource {
  readonly path: string;
  readonly isDirectory: boolean;
  /** What the top of its archive is called, when that is not the path's own last name; else empty. */
  readonly rebase: string;
}

export interface CopyTarget {
  readonly path: string;
  readonly exists: boolean;
  readonly isDirectory: boolean;
}

export interface CopyPlan {
  /** Where the archive is unpacked. */
  readonly directory: string;
  /** The top of the archive, before and after. */
  readonly from: string;
  readonly to: string;
}

/** @throws CliError in Docker's words when there is no sensible result */
export function planCopy(source: CopySource, target: CopyTarget): CopyPlan {
  const [directory, targetBase] = splitEntry(target.path);
  const top = source.rebase === '' ? splitEntry(source.path)[1] : source.rebase;
  // All names of the root's archive start with a slash already.
  const from = top === '/' ? '' : top;
  if (target.exists && target.isDirectory) return { directory: target.path, from, to: from };
  if (target.exists && source.isDirectory) throw new CliError('cannot copy directory');
  if (!target.exists && !source.isDirectory && assertsDirectory(target.path)) throw new CliError('no such directory');
  return { directory, from, to: targetBase };
}
