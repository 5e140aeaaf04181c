// A container with a terminal cannot be fed from a pipe: Docker refuses before it starts anything.
import type { CliContext } from '../../cli-context.ts';
import { CliError } from '../../cli-error.ts';

export function checkTerminal(context: CliContext, attachesStdin: boolean, tty: boolean): void {
  if (tty && attachesStdin && !context.session.terminal.stdin) throw new CliError('the input device is not a TTY');
}
