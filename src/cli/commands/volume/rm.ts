// docker volume rm
import { atLeast } from '../../argument-rule.ts';
import { throwJoined } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';

export const volumeRm = defineCommand({
  use: 'rm [OPTIONS] VOLUME [VOLUME...]',
  summary: 'Delete volumes, unless a container uses them',
  aliases: ['remove'],
  aliasLine: 'docker volume rm, docker volume remove',
  arguments: atLeast(1),
  flags: { force: boolFlag('Do not mind volumes that are not there', { short: 'f' }) },
  async run(context, { options, args }) {
    const errors: unknown[] = [];
    for (const name of args) {
      try {
        const query = options.force ? { force: '1' } : {};
        await context.engine.send('DELETE', `/volumes/${pathId('volume', name)}`, { query });
        await context.out.line(name);
      } catch (error) {
        errors.push(error);
      }
    }
    throwJoined(errors);
  },
});
