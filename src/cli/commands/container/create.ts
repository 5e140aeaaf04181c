// docker create
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { containerFlags, PULL_CHOICES } from '../../create/container-flags.ts';
import { checkPullPolicy, createContainer } from '../../create/create-container.ts';
import type { CreateRequest } from '../../create/create-request.ts';
import { buildCreateRequest, withHelpHint } from '../../create/create-request.ts';
import type { PullPolicy } from '../../create/create-container.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';

export const create = defineCommand({
  use: 'create [OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Make a container, without starting it',
  aliasLine: 'docker container create, docker create',
  arguments: atLeast(1),
  interspersed: false,
  flags: {
    ...containerFlags,
    pull: stringFlag(`When to pull the image ${PULL_CHOICES}`, { initial: 'missing' }),
  },
  async run(context, { options, changed, args: [image = '', ...command] }) {
    let request: CreateRequest;
    let pull: PullPolicy;
    try {
      pull = checkPullPolicy(options.pull);
      request = await buildCreateRequest(context.session, { options, changed, image, command });
    } catch (error) {
      throw withHelpHint(error, 'create');
    }
    await context.out.line(await createContainer(context, request, options, pull));
  },
});
