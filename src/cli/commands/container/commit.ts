// docker commit
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { listFlag } from '../../flags/list-flags.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { parseImageReference, withDefaultTag } from '../../reference/image-reference.ts';

export const commit = defineCommand({
  use: 'commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  summary: 'Make an image of what a container changed',
  aliasLine: 'docker container commit, docker commit',
  arguments: { min: 1, max: 2 },
  interspersed: false,
  flags: {
    author: stringFlag('Who made it ("Ada Lovelace <ada@example.com>")', { short: 'a' }),
    change: listFlag('Dockerfile instruction for the new image', { short: 'c' }),
    message: stringFlag('What it is for', { short: 'm' }),
    pause: boolFlag('Freeze the container meanwhile', { short: 'p', initial: true }),
  },
  async run(context, { options, args: [container = '', reference = ''] }) {
    pathId('container', container);
    const target = reference === '' ? undefined : withDefaultTag(parseImageReference(reference));
    if (target?.digest !== undefined) throw new CliError('refusing to create a tag with a digest reference');
    const created = await context.engine.json<{ readonly Id: string }>('POST', '/commit', {
      query: {
        container: container.trim(),
        repo: target?.name ?? '',
        tag: target?.tag ?? '',
        comment: options.message,
        author: options.author,
        changes: options.change,
        ...(options.pause ? {} : { pause: '0' }),
      },
      body: null,
    });
    await context.out.line(created.Id);
  },
});
