// docker logs
import { exactly } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { engineTimestamp } from '../../../shared/docker-timestamp.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { copyMultiplexed, copyRaw } from '../../stream/stdcopy.ts';
import { inspectContainer } from './inspect-container.ts';

const WHEN = '(a date like "2013-01-02T13:23:37Z", or "42m" for 42 minutes ago)';

function time(flag: 'since' | 'until', text: string): Record<string, string> {
  if (text === '') return {};
  try {
    return { [flag]: engineTimestamp(text) };
  } catch (error) {
    throw new CliError(`invalid value for "${flag}": ${errorText(error)}`);
  }
}

export const logs = defineCommand({
  use: 'logs [OPTIONS] CONTAINER',
  summary: 'Show what a container has written',
  aliasLine: 'docker container logs, docker logs',
  arguments: exactly(1),
  flags: {
    details: boolFlag('Show the attributes that the log driver keeps'),
    follow: boolFlag('Go on with what comes', { short: 'f' }),
    since: stringFlag(`Begin at this time ${WHEN}`),
    tail: stringFlag('Begin this many lines before the end', { short: 'n', initial: 'all' }),
    timestamps: boolFlag('Put the time before each line', { short: 't' }),
    until: stringFlag(`End at this time ${WHEN}`),
  },
  async run(context, { options, args: [name = ''] }) {
    const container = await inspectContainer(context, name);
    const response = await context.engine.request('GET', `/containers/${pathId('container', container.Id)}/logs`, {
      query: {
        stdout: '1',
        stderr: '1',
        ...time('since', options.since),
        ...time('until', options.until),
        ...(options.timestamps ? { timestamps: '1' } : {}),
        ...(options.details ? { details: '1' } : {}),
        ...(options.follow ? { follow: '1' } : {}),
        tail: options.tail,
      },
    });
    if (response.body === null) return;
    const { stdout, stderr } = context.session;
    if (container.Config.Tty) await copyRaw(response.body, stdout, context.signal);
    else await copyMultiplexed(response.body, stdout, stderr, context.signal);
  },
});
