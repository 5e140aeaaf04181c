// What src/shared/build-stamp.ts says in a bundle: the commit and its date, so that the same source always gives the same files.
import { execFileSync } from 'node:child_process';
import type { BuildStamp } from '../src/shared/build-stamp.ts';

/** For Vite's `define`. Outside of a git checkout the stamp is empty. */
export function buildStampDefinition(): Record<string, string> {
  return { __BUILD_STAMP__: JSON.stringify(readStamp()) };
}

function readStamp(): BuildStamp {
  try {
    const format = ['log', '-1', '--format=%h %cI'];
    const output = execFileSync('git', format, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [commit = '', time = ''] = output.trim().split(' ');
    return { commit, time };
  } catch {
    return { commit: '', time: '' };
  }
}
