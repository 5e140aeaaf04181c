// The files that are the project: what Git tracks, and what it would.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** @returns paths in the project's folder; undefined where Git does not know (an unpacked archive) */
export function projectFiles(root: string): string[] | undefined {
  try {
    const options = {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
      stdio: ['ignore', 'pipe', 'ignore'],
    } as const;
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], options);
    const paths = [...new Set(listed.split('\0').filter((path) => path !== ''))];
    // What was deleted, but not yet in Git.
    return paths.filter((path) => existsSync(join(root, path))).sort();
  } catch {
    return undefined;
  }
}
