// Programs of the guest's host that the engine needs for work in bulk: what they copy never passes through the engine.
import { DrydockError } from '../contracts/errors.ts';
import type { Runtime } from '../contracts/runtime.ts';
import { readText } from './container/read-text.ts';

const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };

/** @returns its standard output @throws DrydockError `guest` with its standard error, when it does not end well */
export async function runHelper(runtime: Pick<Runtime, 'spawn'>, argv: readonly string[]): Promise<string> {
  const task = await runtime.spawn({ argv, env: ENV, cwd: '/', stdio: { stdin: false, tty: false } });
  const [stdout, stderr, { exitCode }] = await Promise.all([readText(task.stdout), readText(task.stderr), task.exited]);
  if (exitCode === 0) return stdout;
  throw new DrydockError('guest', stderr.trim() || `${argv[0] ?? ''} ended with ${exitCode}`);
}
