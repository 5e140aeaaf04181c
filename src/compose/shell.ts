// The shell a person gets: the same environment in the page and in `drydock sh`.
import type { SpawnRequest } from '../contracts/runtime.ts';
import type { WindowSize } from '../contracts/cli-session.ts';

const ENVIRONMENT = {
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
} as const;

const WORKSPACE = '/workspace';

/** A login shell on a terminal of the given size. */
export function interactiveShell(size: WindowSize): SpawnRequest {
  return {
    argv: ['bash', '--login'],
    env: { ...ENVIRONMENT, TERM: 'xterm-256color', COLORTERM: 'truecolor' },
    cwd: WORKSPACE,
    stdio: { stdin: true, tty: true, ...size },
  };
}

/** A shell without a terminal, running `script` with `args` as $1, $2 ... */
export function scriptShell(script: string, args: readonly string[], name: string): SpawnRequest {
  return {
    argv: ['bash', '-c', script, name, ...args],
    env: ENVIRONMENT,
    cwd: WORKSPACE,
    stdio: { stdin: true, tty: false },
  };
}
