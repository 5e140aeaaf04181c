// docker pause
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { forEachContainer } from './for-each.ts';

export const pause = defineCommand({
  use: 'pause CONTAINER [CONTAINER...]',
  summary: 'Freeze all processes of containers',
  aliasLine: 'docker container pause, docker pause',
  arguments: atLeast(1),
  flags: {},
  async run(context, { args }) {
    await forEachContainer(context, args, (name) =>
      context.engine.send('POST', `/containers/${pathId('container', name)}/pause`),
    );
  },
});
