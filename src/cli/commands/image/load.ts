// docker load
import { noArguments } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { platformQuery } from '../../create/platform-query.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { openInput } from '../../stream/input-file.ts';
import { showProgress } from '../../stream/progress.ts';

export const load = defineCommand({
  use: 'load [OPTIONS]',
  summary: 'Read images from a tar archive or STDIN',
  aliasLine: 'docker image load, docker load',
  arguments: noArguments,
  flags: {
    input: stringFlag('Archive to read, instead of STDIN', { short: 'i' }),
    platform: stringFlag('Only this platform: "os[/arch[/variant]]" (such as "linux/amd64")'),
    quiet: boolFlag('No progress', { short: 'q' }),
  },
  async run(context, { options }) {
    const { session } = context;
    if (options.input === '' && session.terminal.stdin) {
      throw new CliError('requested load from stdin, but stdin is empty');
    }
    const content = options.input === '' ? session.stdin : await openInput(session, options.input);
    const quiet = options.quiet || !session.terminal.stdout;
    const response = await context.engine.request('POST', '/images/load', {
      query: { quiet: quiet ? '1' : '0', ...platformQuery(options.platform) },
      headers: { 'content-type': 'application/x-tar' },
      content,
    });
    if (response.body === null) return;
    const screen = { isTerminal: session.terminal.stdout, columns: session.windowSize()?.cols };
    await showProgress(response.body, context.out, screen, context.signal);
  },
});
