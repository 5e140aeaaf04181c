// docker start
import { atLeast } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { DETACH_KEYS_HELP } from '../../help/shared-texts.ts';
import { chosenDetachKeys } from '../../stream/detach-keys.ts';
import { runAttached } from './run-attached.ts';
import { inspectContainer } from './inspect-container.ts';

async function startAll(context: CliContext, names: readonly string[]): Promise<void> {
  const failed: string[] = [];
  for (const name of names) {
    try {
      await context.engine.send('POST', `/containers/${pathId('container', name)}/start`);
      await context.out.line(name);
    } catch (error) {
      await context.err.line(errorText(error));
      failed.push(name);
    }
  }
  if (failed.length > 0) throw new CliError(`Error: failed to start containers: ${failed.join(', ')}`);
}

export const start = defineCommand({
  use: 'start [OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Start containers that have ended or were only created',
  aliasLine: 'docker container start, docker start',
  arguments: atLeast(1),
  flags: {
    attach: boolFlag('Show its output and pass signals on', { short: 'a' }),
    checkpoint: stringFlag('Checkpoint to go on from', { needs: 'experimental' }),
    'checkpoint-dir': stringFlag('Where the checkpoint is', { needs: 'experimental' }),
    'detach-keys': stringFlag(DETACH_KEYS_HELP),
    interactive: boolFlag('Connect your stdin', { short: 'i' }),
  },
  async run(context, { options, args }) {
    if (!options.attach && !options.interactive) return startAll(context, args);
    if (args.length > 1) throw new CliError('you cannot start and attach multiple containers at once');
    const container = await inspectContainer(context, args[0] ?? '');
    const tty = container.Config.Tty;
    const stdin = options.interactive && container.Config.OpenStdin;
    const status = await runAttached(context, {
      id: container.Id,
      autoRemove: container.HostConfig.AutoRemove,
      signals: tty ? 'ignore' : 'forward',
      streams: {
        stdin,
        stdout: true,
        stderr: true,
        tty,
        detachKeys: await chosenDetachKeys(context, options['detach-keys'], stdin && tty),
      },
      startError: (error) => error,
    });
    if (status !== 0) throw new CliError('', status);
  },
});
