// docker rm
import { atLeast } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { isNotFound, pathId } from '../../engine/engine-client.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';
import { forEachContainer } from './for-each.ts';

export const rm = defineCommand({
  use: 'rm [OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Delete containers',
  aliases: ['remove'],
  aliasLine: 'docker container rm, docker container remove, docker rm',
  arguments: atLeast(1),
  flags: {
    force: boolFlag('Kill it first if it is running (SIGKILL)', { short: 'f' }),
    link: boolFlag('Delete only this link', { short: 'l' }),
    volumes: boolFlag('Delete its anonymous volumes, too', { short: 'v' }),
  },
  async run(context, { options, args }) {
    const query = {
      ...(options.volumes ? { v: '1' } : {}),
      ...(options.link ? { link: '1' } : {}),
      ...(options.force ? { force: '1' } : {}),
    };
    const remove = async (given: string): Promise<void> => {
      const name = given.replace(/^\/+|\/+$/g, '');
      if (name === '') throw new CliError('container name cannot be empty');
      await context.engine.send('DELETE', `/containers/${pathId('container', name)}`, { query });
    };
    // What is not there needs no force: worth a word, not a failure.
    await forEachContainer(context, args, remove, async (error) => {
      const tolerated = options.force && isNotFound(error);
      if (tolerated) await context.err.line(errorText(error));
      return tolerated;
    });
  },
});
