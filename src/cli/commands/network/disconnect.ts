// docker network disconnect
import { exactly } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';

export const networkDisconnect = defineCommand({
  use: 'disconnect [OPTIONS] NETWORK CONTAINER',
  summary: 'Disconnect a container from a network',
  arguments: exactly(2),
  flags: { force: boolFlag('Even when the network is not there any more', { short: 'f' }) },
  async run(context, { options, args: [network = '', container = ''] }) {
    await context.engine.send('POST', `/networks/${pathId('network', network)}/disconnect`, {
      body: { Container: container, Force: options.force },
    });
  },
});
