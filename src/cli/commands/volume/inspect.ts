// docker volume inspect
import { atLeast } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { INSPECT_FORMAT_HELP } from '../../help/shared-texts.ts';
import type { Found } from '../../inspect/inspector.ts';
import { inspectAll } from '../../inspect/inspector.ts';
import { TypedNil } from '../../template/values.ts';

/** What JSON leaves out of a volume (api/types/volume). */
const ABSENT = {
  ClusterVolume: new TypedNil('pointer', true),
  CreatedAt: '',
  Status: new TypedNil('map', true),
  UsageData: new TypedNil('pointer', true),
};

export async function findVolume(context: CliContext, name: string): Promise<Found> {
  const response = await context.engine.request('GET', `/volumes/${pathId('volume', name)}`);
  return { raw: await response.text(), kind: undefined, typed: { name: 'volume.Volume', absent: ABSENT } };
}

export const volumeInspect = defineCommand({
  use: 'inspect [OPTIONS] VOLUME [VOLUME...]',
  summary: 'Show everything about volumes',
  arguments: atLeast(1),
  flags: { format: stringFlag(INSPECT_FORMAT_HELP, { short: 'f' }) },
  run: (context, { options, args }) => inspectAll(context, args, options.format, (name) => findVolume(context, name)),
});
