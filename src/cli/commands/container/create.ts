// docker create
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { containerFlags } from '../../create/container-flags.ts';
import { createContainer } from '../../create/create-container.ts';
import { prepareCreate } from '../../create/prepare-create.ts';

export const create = defineCommand({
  use: 'create [OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Make a container, without starting it',
  aliasLine: 'docker container create, docker create',
  arguments: atLeast(1),
  interspersed: false,
  flags: containerFlags,
  async run(context, { options, changed, args }) {
    const { request, pull } = await prepareCreate(context, 'create', { options, changed, args });
    await context.out.line(await createContainer(context, request, options, pull));
  },
});
