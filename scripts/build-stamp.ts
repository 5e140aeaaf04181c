// What src/shared/build-stamp.ts says in a bundle: the commit and its date, so that the same source always gives the same files.
import { execFileSync } from 'node:child_process';
import type { BuildStamp } from '../src/shared/build-stamp.ts';

/** For Vite's `define`. Outside of a git checkout there is none. */
export function buildStampDefinition(): Record<string, string> {
  const stamp = readStamp();
  return stamp === undefined ? {} : { __BUILD_STAMP__: JSON.stringify(stamp) };
}

function readStamp(): BuildStamp | undefined {
  try {
    const format = ['log', '-1', '--format=%h %cI'];
    const output = execFileSync('git', format, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [commit, time] = output.trim().split(' ');
    return commit === undefined || time === undefined ? undefined : { commit, time };
  } catch {
    return undefined;
  }
}
