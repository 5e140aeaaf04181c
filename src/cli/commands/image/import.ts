// docker import
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { listFlag } from '../../flags/list-flags.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { parseImageReference } from '../../reference/image-reference.ts';
import { openInput } from '../../stream/input-file.ts';
import { showProgress } from '../../stream/progress.ts';

export const importCommand = defineCommand({
  use: 'import [OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  summary: 'Make an image of a tar of a root file system',
  aliasLine: 'docker image import, docker import',
  arguments: atLeast(1),
  flags: {
    change: listFlag('Dockerfile instruction for the new image', { short: 'c' }),
    message: stringFlag('What it is for', { short: 'm' }),
    platform: stringFlag('Set the platform, where the engine has several'),
  },
  async run(context, { options, args: [source = '', reference = ''] }) {
    const { session } = context;
    const isAddress = /^https?:\/\//.test(source);
    const local = source === '-' ? session.stdin : isAddress ? undefined : await openInput(session, source);
    if (reference !== '') parseImageReference(reference);
    const response = await context.engine.request('POST', '/images/create', {
      query: {
        fromSrc: isAddress ? source : '-',
        ...(reference !== '' && { repo: reference }),
        ...(options.message !== '' && { message: options.message }),
        ...(options.platform !== '' && { platform: options.platform.toLowerCase() }),
        changes: options.change,
      },
      ...(local !== undefined && { content: local }),
    });
    if (response.body === null) return;
    const screen = { isTerminal: session.terminal.stdout, columns: session.windowSize()?.cols };
    await showProgress(response.body, context.out, screen, context.signal);
  },
});
