// docker cp
import { exactly } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { copyFromContainer, requireOneContainer, splitArgument } from '../../copy/copy-from-container.ts';
import { copyToContainer } from '../../copy/copy-to-container.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';

export const cp = defineCommand({
  use: 'cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  summary: 'Copy files between a container and here',
  aliasLine: 'docker container cp, docker cp',
  arguments: exactly(2),
  flags: {
    archive: boolFlag("Let the container's user own the copies", { short: 'a' }),
    'follow-link': boolFlag('Copy what a link in SRC_PATH leads to', { short: 'L' }),
    quiet: boolFlag('No progress, and no sum at the end; so it is without a terminal', { short: 'q' }),
  },
  async run(context, { options, args: [source = '', destination = ''], changed }) {
    if (source === '') throw new CliError('source can not be empty');
    if (destination === '') throw new CliError('destination can not be empty');
    const from = splitArgument(source);
    const to = splitArgument(destination);
    requireOneContainer(from.container, to.container);
    const request = {
      container: from.container || to.container,
      source: from.path,
      destination: to.path,
      followLink: options['follow-link'],
      copyUidGid: options.archive,
      quiet: changed('quiet') ? options.quiet : !context.session.terminal.stdout,
    };
    await (from.container === '' ? copyToContainer(context, request) : copyFromContainer(context, request));
  },
});
