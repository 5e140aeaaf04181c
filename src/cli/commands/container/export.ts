// docker export
import { exactly } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { openOutput } from '../../stream/output-file.ts';

export const exportCommand = defineCommand({
  use: 'export [OPTIONS] CONTAINER',
  summary: "Write a container's files as a tar archive",
  aliasLine: 'docker container export, docker export',
  arguments: exactly(1),
  flags: { output: stringFlag('File to write to, instead of STDOUT', { short: 'o' }) },
  async run(context, { options, args: [name = ''] }) {
    const write = await openOutput(context, options.output, 'failed to export container');
    const response = await context.engine.request('GET', `/containers/${pathId('container', name)}/export`);
    await write(response.body ?? new Blob([]).stream());
  },
});
