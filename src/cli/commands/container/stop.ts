// docker stop
import { atLeast } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import type { Query } from '../../engine/engine-client.ts';
import { pathId } from '../../engine/engine-client.ts';
import { intFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { forEachContainer } from './for-each.ts';

/** `docker restart` takes the same. */
export const stopFlags = {
  signal: stringFlag('Signal that asks the process to end', { short: 's' }),
  time: intFlag('Seconds to wait before killing', { deprecated: 'use --timeout instead', aliasOf: 'timeout' }),
  timeout: intFlag('Seconds to wait before killing', { short: 't' }),
};

export function stopQuery(
  options: { readonly signal: string; readonly timeout: number },
  changed: (flag: 'time' | 'timeout') => boolean,
): Query {
  if (changed('time') && changed('timeout'))
    throw new CliError('conflicting options: cannot specify both --timeout and --time');
  const isGiven = changed('time') || changed('timeout');
  return {
    ...(isGiven ? { t: String(options.timeout) } : {}),
    ...(options.signal === '' ? {} : { signal: options.signal }),
  };
}

export const stop = defineCommand({
  use: 'stop [OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Ask running containers to end, and kill those that do not',
  aliasLine: 'docker container stop, docker stop',
  arguments: atLeast(1),
  flags: stopFlags,
  async run(context, { options, changed, args }) {
    const query = stopQuery(options, changed);
    await forEachContainer(context, args, (name) =>
      context.engine.send('POST', `/containers/${pathId('container', name)}/stop`, { query }),
    );
  },
});
