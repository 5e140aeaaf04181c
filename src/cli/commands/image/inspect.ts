// docker image inspect
import { atLeast } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { defineCommand } from '../../command.ts';
import { parsePlatform, platformJson } from '../../create/platform.ts';
import { pathId } from '../../engine/engine-client.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { INSPECT_FORMAT_HELP } from '../../help/shared-texts.ts';
import type { Found } from '../../inspect/inspector.ts';
import { inspectAll } from '../../inspect/inspector.ts';

export async function findImage(context: CliContext, reference: string, platform = ''): Promise<Found> {
  const response = await context.engine.request('GET', `/images/${pathId('image', reference)}/json`, {
    query: platform === '' ? {} : { platform: platformJson(parsePlatform(platform)) },
  });
  return { raw: await response.text(), kind: 'image' };
}

const PLATFORM_HELP = `Of this platform of a multi-platform image.
Fails if the image has no such platform.
'os[/arch[/variant]]': written like linux/amd64`;

export const imageInspect = defineCommand({
  use: 'inspect [OPTIONS] IMAGE [IMAGE...]',
  summary: 'Show everything about images',
  arguments: atLeast(1),
  flags: {
    format: stringFlag(INSPECT_FORMAT_HELP, { short: 'f' }),
    platform: stringFlag(PLATFORM_HELP),
  },
  async run(context, { options, args }) {
    if (options.platform !== '') parsePlatform(options.platform);
    await inspectAll(context, args, options.format, (reference) => findImage(context, reference, options.platform));
  },
});
