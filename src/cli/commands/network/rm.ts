// docker network rm
import { atLeast } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { isNotFound, pathId } from '../../engine/engine-client.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';

export const networkRm = defineCommand({
  use: 'rm NETWORK [NETWORK...]',
  summary: 'Delete networks, unless a container uses them',
  aliases: ['remove'],
  aliasLine: 'docker network rm, docker network remove',
  arguments: atLeast(1),
  flags: { force: boolFlag('Do not mind networks that are not there', { short: 'f' }) },
  async run(context, { options, args }) {
    let failed = false;
    for (const name of args) {
      try {
        await context.engine.send('DELETE', `/networks/${pathId('network', name)}`);
        await context.out.line(name);
      } catch (error) {
        if (options.force && isNotFound(error)) continue;
        await context.err.line(errorText(error));
        failed = true;
      }
    }
    if (failed) throw new CliError('exit status 1');
  },
});
