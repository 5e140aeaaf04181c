// The `docker` command line. Everything comes in through here: the stub in the guest, the page and Node call it alike.
import type { CliSession } from '../contracts/cli-session.ts';
import type { EngineDoor } from '../contracts/engine-api.ts';
import { DrydockError } from '../contracts/errors.ts';
import type { Registries } from '../contracts/registries.ts';
import { DOCKER_VERSION } from '../contracts/engine-api.ts';
import type { CliContext } from './cli-context.ts';
import { helpColumns, textSink } from './cli-context.ts';
import { CliError, errorText } from './cli-error.ts';
import { CLIENT_VERSION } from './client-version.ts';
import type { ConfigFile } from './config/config-file.ts';
import { readConfigFile } from './config/config-file.ts';
import { commandGroups, findCommand, topLevelCommands } from './command-tree.ts';
import { isOurs, resolveEndpoint } from './engine/endpoint.ts';
import { EngineClient } from './engine/engine-client.ts';
import type { GlobalOptions } from './global-flags.ts';
import { globalFlags, helpFlag } from './global-flags.ts';
import { parseOrExplain } from './parse-or-explain.ts';
import { rootHelp } from './help/render-help.ts';
import { runCommand, runGroup } from './run-command.ts';
import { abortion } from './stream/abort.ts';
import { runHelp } from './run-help.ts';

const ROOT_USAGE = { path: 'docker', usageLine: 'docker [OPTIONS] COMMAND [ARG...]', notices: 'stderr' } as const;
const LOG_LEVELS = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace'];
/** What a shell sees of a program that SIGINT ended. */
const INTERRUPTED = 130;

/** A door behind which nobody lives: for addresses other than the engine's. */
const closedDoor: EngineDoor = {
  fetch: () => Promise.reject(new Error('connection refused')),
  upgrade: () => Promise.reject(new Error('connection refused')),
};

/** Where the client has no way out but the engine's. */
const noRegistries: Registries = {
  open: ({ domain }) => Promise.reject(new DrydockError('unavailable', `Cannot reach registry ${domain} from here`)),
};

function configFolder(session: CliSession): string {
  return session.env['DOCKER_CONFIG'] ?? `${session.env['HOME'] ?? '/root'}/.docker`;
}

async function showRootHelp(session: CliSession, sink: 'stdout' | 'stderr'): Promise<void> {
  const page = rootHelp({
    commands: topLevelCommands,
    groups: commandGroups,
    flags: globalFlags(configFolder(session)),
    columns: helpColumns(session),
    bold: session.terminal.stdout,
  });
  await textSink(session[sink]).write(page);
}

/** What the client reaches by itself. */
interface Surroundings {
  readonly door: EngineDoor;
  readonly registries: Registries;
}

async function makeContext(
  session: CliSession,
  { door, registries }: Surroundings,
  options: GlobalOptions,
): Promise<CliContext> {
  const level = options['log-level'];
  if (!LOG_LEVELS.includes(level.toLowerCase())) throw new CliError(`Unable to parse logging level: ${level}`);
  const host = await resolveEndpoint({
    hosts: options.host,
    context: options.context,
    env: session.env,
    configFolder: options.config,
  });
  let config: Promise<ConfigFile> | undefined;
  return {
    session,
    configFolder: options.config,
    config: () => (config ??= readConfigFile(session, options.config)),
    registries,
    engine: new EngineClient(isOurs(host) ? door : closedDoor, host, session.gone),
    out: textSink(session.stdout),
    err: textSink(session.stderr),
    signal: session.gone,
  };
}

async function dispatch(session: CliSession, surroundings: Surroundings): Promise<void> {
  const flags = globalFlags(configFolder(session));
  const parsed = await parseOrExplain(session, session.args, { flags, interspersed: false }, ROOT_USAGE);
  const options = parsed.values as GlobalOptions;
  const [name, ...rest] = parsed.args;
  const context = await makeContext(session, surroundings, options);

  if (name === undefined) {
    if (options.help) return showRootHelp(session, 'stdout');
    if (options.version) return context.out.line(`Docker version ${DOCKER_VERSION}, build ${CLIENT_VERSION.GitCommit}`);
    return showRootHelp(session, 'stderr');
  }
  if (name === 'help') return runHelp(context, rest, () => showRootHelp(session, 'stdout'));
  const args = options.help ? ['--help', ...rest] : rest;
  const group = commandGroups.find((candidate) => candidate.name === name);
  if (group !== undefined) return runGroup(context, group, args);
  const command = findCommand(topLevelCommands, name);
  if (command !== undefined) return runCommand(context, command, 'docker', args);

  // Nothing of that name: the rest is still read as flags of `docker` itself.
  const late = await parseOrExplain(
    session,
    [name, ...rest],
    { flags: { ...flags, ...helpFlag }, interspersed: true },
    ROOT_USAGE,
  );
  if (options.help || late.values['help'] === true) return showRootHelp(session, 'stdout');
  throw new CliError(`docker: unknown command: docker ${name}\n\nRun 'docker --help' for more information`);
}

/**
 * Runs one command line.
 * @param registries what `docker manifest` asks; none can be reached when left out
 * @returns the exit code; never rejects
 */
export async function runDocker(
  session: CliSession,
  door: EngineDoor,
  registries: Registries = noRegistries,
): Promise<number> {
  try {
    await Promise.race([dispatch(session, { door, registries }), abortion(session.gone)]);
    return 0;
  } catch (error) {
    if (session.gone.aborted) return INTERRUPTED;
    const text = errorText(error);
    // A terminal that is gone cannot be told, either.
    if (text !== '')
      await textSink(session.stderr)
        .line(text)
        .catch(() => undefined);
    return error instanceof CliError ? error.exitCode : 1;
  }
}
