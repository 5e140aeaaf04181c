// docker attach
import { exactly } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { DETACH_KEYS_HELP } from '../../help/shared-texts.ts';
import { streamAttached } from '../../stream/attached-io.ts';
import { chosenDetachKeys } from '../../stream/detach-keys.ts';
import { forwardSignals } from '../../stream/forward-signals.ts';
import { followWindowSize } from '../../stream/tty-size.ts';
import { checkTerminal } from './check-terminal.ts';
import type { WaitAnswer } from './exit-status.ts';
import type { InspectedContainer } from './inspect-container.ts';
import { inspectContainer } from './inspect-container.ts';

async function runningContainer(context: CliContext, name: string): Promise<InspectedContainer> {
  const container = await inspectContainer(context, name);
  const { Running, Paused, Restarting } = container.State;
  if (!Running) throw new CliError('You cannot attach to a stopped container, start it first');
  if (Paused) throw new CliError('You cannot attach to a paused container, unpause it first');
  if (Restarting) throw new CliError('You cannot attach to a restarting container, wait until it is running');
  return container;
}

/** A screen program redraws only when its window changes: one size too large first, then the real one. */
async function redraw(context: CliContext, path: string): Promise<() => void> {
  const size = context.session.windowSize();
  if (size !== undefined) {
    const query = { h: String(size.rows + 1), w: String(size.cols + 1) };
    await context.engine.send('POST', `${path}/resize`, { query }).catch(() => undefined);
  }
  return followWindowSize(context, path);
}

export const attach = defineCommand({
  use: 'attach [OPTIONS] CONTAINER',
  summary: 'Connect your terminal to a running container',
  aliasLine: 'docker container attach, docker attach',
  arguments: exactly(1),
  flags: {
    'detach-keys': stringFlag(DETACH_KEYS_HELP),
    'no-stdin': boolFlag('Only watch: leave stdin alone'),
    'sig-proxy': boolFlag('Pass every signal on to the process', { initial: true }),
  },
  async run(context, { options, args: [name = ''] }) {
    const path = `/containers/${pathId('container', name)}`;
    const container = await runningContainer(context, name);
    const { Tty: tty, OpenStdin: openStdin } = container.Config;
    checkTerminal(context, !options['no-stdin'], tty);
    const waiting = await context.engine.request('POST', `${path}/wait`);
    const signals = options['sig-proxy'] && !tty ? forwardSignals(context, name) : undefined;
    const stdin = !options['no-stdin'] && openStdin;
    const detachKeys = await chosenDetachKeys(context, options['detach-keys'], stdin && tty);
    let unfollow: () => void = () => undefined;
    try {
      const { stream } = await context.engine.upgrade(`${path}/attach`, {
        query: {
          stream: '1',
          ...(stdin ? { stdin: '1' } : {}),
          stdout: '1',
          stderr: '1',
          ...(detachKeys === '' ? {} : { detachKeys }),
        },
      });
      // It may have ended since it was looked at; then nothing would ever come.
      await runningContainer(context, name);
      if (tty && context.session.terminal.stdout) unfollow = await redraw(context, path);
      const streaming = streamAttached(context, stream, { stdin, stdout: true, stderr: true, tty, detachKeys });
      await Promise.race([streaming, ...(signals === undefined ? [] : [signals.insisted])]);
      const { StatusCode, Error: problem } = (await waiting.json()) as WaitAnswer;
      const message = problem?.Message ?? '';
      if (message !== '') throw new CliError(message);
      if (StatusCode !== 0) throw new CliError('', StatusCode);
    } finally {
      unfollow();
      signals?.stop();
    }
  },
});
