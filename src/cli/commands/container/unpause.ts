// docker unpause
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { forEachContainer } from './for-each.ts';

export const unpause = defineCommand({
  use: 'unpause CONTAINER [CONTAINER...]',
  summary: 'Thaw all processes of paused containers',
  aliasLine: 'docker container unpause, docker unpause',
  arguments: atLeast(1),
  flags: {},
  async run(context, { args }) {
    await forEachContainer(context, args, (name) =>
      context.engine.send('POST', `/containers/${pathId('container', name)}/unpause`),
    );
  },
});
