// docker kill
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { forEachContainer } from './for-each.ts';

export const kill = defineCommand({
  use: 'kill [OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Send a signal to running containers, SIGKILL if none is named',
  aliasLine: 'docker container kill, docker kill',
  arguments: atLeast(1),
  flags: { signal: stringFlag('Signal to send', { short: 's' }) },
  async run(context, { options, args }) {
    const query = options.signal === '' ? {} : { signal: options.signal };
    await forEachContainer(context, args, (name) =>
      context.engine.send('POST', `/containers/${pathId('container', name)}/kill`, { query }),
    );
  },
});
