// docker push
import { exactly } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import type { TextSink } from '../../cli-context.ts';
import { defineCommand } from '../../command.ts';
import { parsePlatform, platformJson } from '../../create/platform.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { familiarName, fullString, parseImageReference, withDefaultTag } from '../../reference/image-reference.ts';
import { authConfigOf, encodeAuthConfig, keyOf } from '../../registry/auth-config.ts';
import { showProgress } from '../../stream/progress.ts';

export const push = defineCommand({
  use: 'push [OPTIONS] NAME[:TAG]',
  summary: 'Send an image to a registry',
  aliasLine: 'docker image push, docker push',
  common: 6,
  arguments: exactly(1),
  flags: {
    'all-tags': boolFlag('Every tag of the repository', { short: 'a' }),
    'disable-content-trust': boolFlag('Do not sign', { initial: true }),
    platform: stringFlag(
      'Send the image of one platform only.\nAn index and what else it names stay here.\n"os[/arch[/variant]]" (such as linux/amd64)',
    ),
    quiet: boolFlag('Only print the name in the end', { short: 'q' }),
  },
  async run(context, { options, args: [name = ''] }) {
    const { session, out } = context;
    const platform = options.platform === '' ? undefined : platformJson(parsePlatform(options.platform));
    const given = parseImageReference(name);
    const isNameOnly = given.tag === undefined && given.digest === undefined;
    if (options['all-tags'] && !isNameOnly) throw new CliError("tag can't be used with --all-tags/-a");
    const reference = options['all-tags'] ? given : withDefaultTag(given);
    if (!options['all-tags'] && isNameOnly && !options.quiet) await out.line('Using default tag: latest');
    if (reference.digest !== undefined) throw new CliError('cannot push a digest reference');
    const domain = reference.name.split('/', 1)[0] ?? '';
    const auth = authConfigOf(await context.config(), keyOf(domain));
    const response = await context.engine.request(
      'POST',
      `/images/${pathId('image', familiarName(reference.name))}/push`,
      {
        query: {
          ...(options['all-tags'] ? {} : { tag: reference.tag ?? '' }),
          ...(platform !== undefined && { platform }),
        },
        headers: { 'x-registry-auth': encodeAuthConfig(auth) },
      },
    );
    if (response.body === null) return;
    const silent: TextSink = { write: () => Promise.resolve(), line: () => Promise.resolve() };
    const isTerminal = session.terminal.stdout && !options.quiet;
    const screen = { isTerminal, columns: session.windowSize()?.cols };
    await showProgress(response.body, options.quiet ? silent : out, screen, context.signal);
    if (options.quiet) await out.line(fullString(reference));
  },
});
