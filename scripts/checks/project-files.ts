// The files that are the project: what Git tracks, and what it would.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** @returns paths in the project's folder; undefined where Git does not know of them */
export function projectFiles(root: string): string[] | undefined {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const listed = execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const paths = [...new Set(listed.split('\0').filter((path) => path !== ''))];
    // An archive that was unpacked in somebody else's repository.
    if (!paths.includes('package.json')) return undefined;
    // What was deleted, but not yet in Git.
    return paths.filter((path) => existsSync(join(root, path))).sort();
  } catch {
    return undefined;
  }
}
