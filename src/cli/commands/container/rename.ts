// docker rename
import { exactly } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';

export const rename = defineCommand({
  use: 'rename CONTAINER NEW_NAME',
  summary: 'Give a container another name',
  aliasLine: 'docker container rename, docker rename',
  arguments: exactly(2),
  flags: {},
  async run(context, { args }) {
    const [oldName = '', newName = ''] = args.map((name) => name.trim());
    if (oldName === '' || newName === '') throw new CliError('Error: Neither old nor new names may be empty');
    try {
      await context.engine.send('POST', `/containers/${pathId('container', oldName)}/rename`, {
        query: { name: newName },
      });
    } catch (error) {
      await context.err.line(errorText(error));
      throw new CliError(`Error: failed to rename container named ${oldName}`);
    }
  },
});
