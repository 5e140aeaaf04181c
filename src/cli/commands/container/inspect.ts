// docker container inspect
import { atLeast } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { INSPECT_FORMAT_HELP } from '../../help/shared-texts.ts';
import type { Found } from '../../inspect/inspector.ts';
import { inspectAll } from '../../inspect/inspector.ts';

export async function findContainer(context: CliContext, reference: string, size: boolean): Promise<Found> {
  const response = await context.engine.request('GET', `/containers/${pathId('container', reference)}/json`, {
    query: size ? { size: '1' } : {},
  });
  return { raw: await response.text(), kind: 'container' };
}

export const containerInspect = defineCommand({
  use: 'inspect [OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Show everything about containers',
  arguments: atLeast(1),
  flags: {
    format: stringFlag(INSPECT_FORMAT_HELP, { short: 'f' }),
    size: boolFlag('Show how much disk they take', { short: 's' }),
  },
  run: (context, { options, args }) =>
    inspectAll(context, args, options.format, (reference) => findContainer(context, reference, options.size)),
});
