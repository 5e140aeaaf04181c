// docker pull
import { exactly } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pullImage } from '../../create/pull-image.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { fullString, parseImageReference, withDefaultTag } from '../../reference/image-reference.ts';

export const pull = defineCommand({
  use: 'pull [OPTIONS] NAME[:TAG|@DIGEST]',
  summary: 'Fetch an image from a registry',
  aliasLine: 'docker image pull, docker pull',
  common: 5,
  arguments: exactly(1),
  flags: {
    'all-tags': boolFlag('Every tag of the repository', { short: 'a' }),
    'disable-content-trust': boolFlag('Do not ask for signatures', { initial: true }),
    platform: stringFlag('Choose this platform of a multi-platform image'),
    quiet: boolFlag('Only print the name in the end', { short: 'q' }),
  },
  async run(context, { options, args: [name = ''] }) {
    const given = parseImageReference(name);
    const isNameOnly = given.tag === undefined && given.digest === undefined;
    if (options['all-tags'] && !isNameOnly) throw new CliError("tag can't be used with --all-tags/-a");
    const reference = options['all-tags'] ? given : withDefaultTag(given);
    if (!options['all-tags'] && isNameOnly && !options.quiet) await context.out.line('Using default tag: latest');
    await pullImage(context, {
      reference,
      platform: options.platform,
      allTags: options['all-tags'],
      out: options.quiet ? undefined : context.out,
      isTerminal: context.session.terminal.stdout,
    });
    await context.out.line(fullString(reference));
  },
});
