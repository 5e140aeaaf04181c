// docker exec
import { atLeast } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { checkEnv } from '../../create/checks.ts';
import { readFiles, resolveEnv } from '../../create/create-request.ts';
import { pathId } from '../../engine/engine-client.ts';
import { listFlag } from '../../flags/list-flags.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { DETACH_KEYS_HELP } from '../../help/shared-texts.ts';
import { streamAttached } from '../../stream/attached-io.ts';
import { chosenDetachKeys } from '../../stream/detach-keys.ts';
import { followWindowSize } from '../../stream/tty-size.ts';
import { checkTerminal } from './check-terminal.ts';
import { inspectContainer } from './inspect-container.ts';

interface ExecRequest {
  readonly AttachStdin: boolean;
  readonly Tty: boolean;
  readonly DetachKeys: string;
  readonly ConsoleSize?: readonly [number, number];
}

async function attachExec(context: CliContext, id: string, request: ExecRequest): Promise<void> {
  const path = `/exec/${pathId('exec', id)}`;
  const { Tty: tty, AttachStdin: stdin, DetachKeys: detachKeys, ConsoleSize } = request;
  const body = { Detach: false, Tty: tty, ...(ConsoleSize === undefined ? {} : { ConsoleSize }) };
  const { stream } = await context.engine.upgrade(`${path}/start`, { body });
  const unfollow = tty && context.session.terminal.stdin ? followWindowSize(context, path) : () => undefined;
  try {
    await streamAttached(context, stream, { stdin, stdout: true, stderr: true, tty, detachKeys });
  } finally {
    unfollow();
  }
  const { ExitCode } = await context.engine.json<{ ExitCode?: number | null }>('GET', `${path}/json`);
  if ((ExitCode ?? 0) !== 0) throw new CliError('', ExitCode ?? 0);
}

export const exec = defineCommand({
  use: 'exec [OPTIONS] CONTAINER COMMAND [ARG...]',
  summary: 'Run one more command in a running container',
  aliasLine: 'docker container exec, docker exec',
  common: 2,
  arguments: atLeast(2),
  interspersed: false,
  flags: {
    detach: boolFlag('Run it in the background', { short: 'd' }),
    'detach-keys': stringFlag(DETACH_KEYS_HELP),
    env: listFlag('Set a variable, or pass yours on by its name', { short: 'e', check: checkEnv }),
    'env-file': listFlag('Read variables from a file, one a line'),
    interactive: boolFlag('Connect your stdin', { short: 'i' }),
    privileged: boolFlag('Lift nearly every restriction'),
    tty: boolFlag('Give the command a terminal', { short: 't' }),
    user: stringFlag('Run as this user: "<name|uid>[:<group|gid>]"', { short: 'u' }),
    workdir: stringFlag('Directory the command starts in', { short: 'w' }),
  },
  async run(context, { options, args: [name = '', ...command] }) {
    const { session, engine } = context;
    const lookup = (variable: string) => session.env[variable];
    const env = [...(await readFiles(session, options['env-file'], lookup)), ...resolveEnv(options.env, session.env)];
    const attached = !options.detach;
    // A container that is not there is the better error than a terminal that is none.
    await inspectContainer(context, name);
    if (attached) checkTerminal(context, options.interactive, options.tty);
    const size = session.windowSize();
    const request = {
      User: options.user,
      Privileged: options.privileged,
      Tty: options.tty,
      ...(options.tty ? { ConsoleSize: [size?.rows ?? 0, size?.cols ?? 0] as const } : {}),
      AttachStdin: attached && options.interactive,
      AttachStderr: attached,
      AttachStdout: attached,
      DetachKeys: await chosenDetachKeys(
        context,
        options['detach-keys'],
        attached && options.interactive && options.tty,
      ),
      Env: env.length === 0 ? null : env,
      WorkingDir: options.workdir,
      Cmd: command,
    };
    const path = `/containers/${pathId('container', name)}/exec`;
    const { Id } = await engine.json<{ Id?: string }>('POST', path, { body: { ...request, Detach: options.detach } });
    if (Id === undefined || Id === '') throw new CliError('exec ID empty');
    if (attached) return attachExec(context, Id, request);
    const body = {
      Detach: true,
      Tty: options.tty,
      ...(request.ConsoleSize === undefined ? {} : { ConsoleSize: request.ConsoleSize }),
    };
    await engine.send('POST', `/exec/${pathId('exec', Id)}/start`, { body });
  },
});
