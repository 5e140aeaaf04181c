// docker wait
import { atLeast } from '../../argument-rule.ts';
import { throwJoined } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';

export const wait = defineCommand({
  use: 'wait CONTAINER [CONTAINER...]',
  summary: 'Wait until containers have ended, and print their exit codes',
  aliasLine: 'docker container wait, docker wait',
  arguments: atLeast(1),
  flags: {},
  async run(context, { args }) {
    const errors: unknown[] = [];
    for (const name of args) {
      try {
        const path = `/containers/${pathId('container', name)}/wait`;
        const { StatusCode } = await context.engine.json<{ StatusCode: number }>('POST', path);
        await context.out.line(String(StatusCode));
      } catch (error) {
        errors.push(error);
      }
    }
    throwJoined(errors);
  },
});
