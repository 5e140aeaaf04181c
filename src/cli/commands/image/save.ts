// docker save
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { platformQuery } from '../../create/platform-query.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { openOutput } from '../../stream/output-file.ts';

export const save = defineCommand({
  use: 'save [OPTIONS] IMAGE [IMAGE...]',
  summary: 'Write images to a tar archive (to STDOUT unless told otherwise)',
  aliasLine: 'docker image save, docker save',
  arguments: atLeast(1),
  flags: {
    output: stringFlag('File to write to, instead of STDOUT', { short: 'o' }),
    platform: stringFlag('Only this platform: "os[/arch[/variant]]" (such as "linux/amd64")'),
  },
  async run(context, { options, args }) {
    const platform = platformQuery(options.platform);
    const write = await openOutput(context, options.output, 'failed to save image');
    const response = await context.engine.request('GET', '/images/get', { query: { names: args, ...platform } });
    await write(response.body ?? new Blob([]).stream());
  },
});
