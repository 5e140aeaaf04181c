// docker run
import { atLeast } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { containerFlags } from '../../create/container-flags.ts';
import { createContainer } from '../../create/create-container.ts';
import type { CreateRequest } from '../../create/create-request.ts';
import { withHelpHint } from '../../create/create-request.ts';
import { prepareCreate } from '../../create/prepare-create.ts';
import { pathId } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { DETACH_KEYS_HELP } from '../../help/shared-texts.ts';
import { chosenDetachKeys } from '../../stream/detach-keys.ts';
import { checkTerminal } from './check-terminal.ts';
import { runAttached } from './run-attached.ts';

/** 127: no such program; 126: it may not be run; 125: anything else of the daemon's. */
function startFailure(context: CliContext, error: unknown): unknown {
  if (context.signal.aborted) return error;
  const text = errorText(error);
  const missing = /executable file not found|no such file or directory|system cannot find the file specified/.test(
    text,
  );
  const refused = /permission denied|is a directory/.test(text);
  return withHelpHint(error, 'run', missing ? 127 : refused ? 126 : 125);
}

function detachRequest(request: CreateRequest): void {
  request.AttachStdin = false;
  request.AttachStdout = false;
  request.AttachStderr = false;
  request.StdinOnce = false;
}

export const run = defineCommand({
  use: 'run [OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Make a container from an image and start it',
  aliasLine: 'docker container run, docker run',
  common: 1,
  arguments: atLeast(1),
  interspersed: false,
  flags: {
    ...containerFlags,
    detach: boolFlag('Leave it in the background and print its ID', { short: 'd' }),
    'detach-keys': stringFlag(DETACH_KEYS_HELP),
    'sig-proxy': boolFlag('Pass signals on to the process', { initial: true }),
  },
  async run(context, { options, changed, args }) {
    const { request, pull } = await prepareCreate(context, 'run', { options, changed, args });
    if (!options.detach) checkTerminal(context, request.AttachStdin, request.Tty);
    else {
      if (options.attach.length > 0)
        throw new CliError('conflicting options: cannot specify both --attach and --detach');
      detachRequest(request);
    }
    const startError = (error: unknown) => startFailure(context, error);
    let id: string;
    try {
      id = await createContainer(context, request, options, pull);
    } catch (error) {
      throw startError(error);
    }
    const { AttachStdin: stdin, AttachStdout: stdout, AttachStderr: stderr, Tty: tty } = request;
    if (!stdin && !stdout && !stderr) {
      await context.out.line(id);
      await context.engine.send('POST', `/containers/${pathId('container', id)}/start`).catch((error: unknown) => {
        throw startError(error);
      });
      return;
    }
    const detachKeys = await chosenDetachKeys(context, options['detach-keys'], stdin && tty);
    const status = await runAttached(context, {
      id,
      autoRemove: options.rm,
      signals: options['sig-proxy'] ? 'forward' : 'ignore',
      streams: { stdin, stdout, stderr, tty, detachKeys },
      startError,
    });
    if (status !== 0) throw new CliError('', status);
  },
});
