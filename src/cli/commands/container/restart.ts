// docker restart
import { atLeast } from '../../argument-rule.ts';
import { throwJoined } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { stopFlags, stopQuery } from './stop.ts';

export const restart = defineCommand({
  use: 'restart [OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Stop containers and start them again',
  aliasLine: 'docker container restart, docker restart',
  arguments: atLeast(1),
  flags: stopFlags,
  async run(context, { options, changed, args }) {
    const query = stopQuery(options, changed);
    const errors: unknown[] = [];
    for (const name of args) {
      try {
        await context.engine.send('POST', `/containers/${pathId('container', name)}/restart`, { query });
        await context.out.line(name);
      } catch (error) {
        errors.push(error);
      }
    }
    throwJoined(errors);
  },
});
