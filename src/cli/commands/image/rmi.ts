// docker rmi, docker image rm
import { atLeast } from '../../argument-rule.ts';
import { errorText, throwJoined } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { parsePlatform, platformJson } from '../../create/platform.ts';
import { isNotFound, pathId } from '../../engine/engine-client.ts';
import { stringsFlag } from '../../flags/list-flags.ts';
import { boolFlag } from '../../flags/scalar-flags.ts';

interface Removal {
  readonly Untagged?: string;
  readonly Deleted?: string;
}

export const rmi = defineCommand({
  use: 'rmi [OPTIONS] IMAGE [IMAGE...]',
  summary: 'Delete images',
  aliasLine: 'docker image rm, docker image remove, docker rmi',
  arguments: atLeast(1),
  flags: {
    force: boolFlag('Delete it even if something uses it', { short: 'f' }),
    'no-prune': boolFlag('Keep parents without a name'),
    platform: stringsFlag('Delete only this platform: "os[/arch[/variant]]" (such as "linux/amd64")'),
  },
  async run(context, { options, args }) {
    const platforms = options.platform.map(parsePlatform).map(platformJson);
    const query = {
      ...(options.force ? { force: '1' } : {}),
      ...(options['no-prune'] ? { noprune: '1' } : {}),
      ...(platforms.length > 0 ? { platforms } : {}),
    };
    const errors: unknown[] = [];
    for (const name of args) {
      try {
        const removals = await context.engine.json<readonly Removal[]>('DELETE', `/images/${pathId('image', name)}`, {
          query,
        });
        for (const { Deleted = '', Untagged = '' } of removals) {
          await context.out.line(Deleted === '' ? `Untagged: ${Untagged}` : `Deleted: ${Deleted}`);
        }
      } catch (error) {
        errors.push(error);
      }
    }
    // With --force, what is not there is no failure.
    if (options.force && errors.length > 0 && errors.every(isNotFound))
      await context.err.line(errors.map(errorText).join('\n'));
    else throwJoined(errors);
  },
});

export const imageRm = { ...rmi, use: 'rm [OPTIONS] IMAGE [IMAGE...]', aliases: ['rmi', 'remove'] };
