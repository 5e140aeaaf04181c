// docker network inspect
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { INSPECT_FORMAT_HELP } from '../../help/shared-texts.ts';
import { inspectAll } from '../../inspect/inspector.ts';

export const networkInspect = defineCommand({
  use: 'inspect [OPTIONS] NETWORK [NETWORK...]',
  summary: 'Show everything about networks',
  arguments: atLeast(1),
  flags: {
    format: stringFlag(INSPECT_FORMAT_HELP, { short: 'f' }),
    verbose: boolFlag('Also what helps to find faults', { short: 'v' }),
  },
  run: (context, { options, args }) =>
    inspectAll(context, args, options.format, async (name) => {
      const query = options.verbose ? { verbose: 'true' } : {};
      const response = await context.engine.request('GET', `/networks/${pathId('network', name)}`, { query });
      return { raw: await response.text(), kind: undefined };
    }),
});
