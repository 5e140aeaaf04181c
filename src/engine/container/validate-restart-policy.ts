// Restart policies that Docker refuses, for create and update alike.
import { DrydockError } from '../../contracts/errors.ts';

const NAMES = ['no', 'always', 'on-failure', 'unless-stopped'];

/** @throws DrydockError `invalid-argument` in Docker's words */
export function requireValidRestartPolicy(name: string, maximumRetryCount: number): void {
  const problem = problemOf(name, maximumRetryCount);
  if (problem !== undefined) throw new DrydockError('invalid-argument', `invalid restart policy: ${problem}`);
}

function problemOf(name: string, maximumRetryCount: number): string | undefined {
  if (name === '') return undefined;
  if (!NAMES.includes(name)) {
    return `unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`;
  }
  if (name === 'on-failure') return maximumRetryCount < 0 ? 'maximum retry count cannot be negative' : undefined;
  if (maximumRetryCount === 0) return undefined;
  const negative = maximumRetryCount < 0 ? ' and cannot be negative' : '';
  return `maximum retry count can only be used with 'on-failure'${negative}`;
}
